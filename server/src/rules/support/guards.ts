/** Rules ask for the same conditions that the analysis does. */
export { leads, nullGuard, pathOfPlace } from '../../analysis/guards.ts';
