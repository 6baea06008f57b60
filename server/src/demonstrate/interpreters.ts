/** A harness for two interpreters of one process: they share what is static, and no object is ever in both. */
import type { Plan, ThreadPlan } from '../simulator/translate/model.ts';

/** Null where the threads would have nothing in common. */
export function inInterpreters(plan: Plan): Plan | null {
  const given = new Set(plan.threads.flatMap(thread => (thread.kind === 'call' ? thread.objects : [])));
  const isOwn = (container: string): boolean => given.has(container.replace(/(?:->|\[).*$/, ''));
  if (plan.threads.some(thread => thread.kind === 'python' && isOwn(thread.container))) return null;
  const threads = plan.threads.map((thread, i) => (thread.kind === 'call' && i > 0 ? apart(thread, i) : thread));
  return { ...plan, threads };
}

function apart(thread: ThreadPlan & { kind: 'call' }, index: number): ThreadPlan {
  const own = (name: string): string => (name === '' ? name : `${name.replace(/ of T\d+$/, '')} of T${index + 1}`);
  const { reenters } = thread;
  return {
    ...thread,
    objects: thread.objects.map(own),
    runs: `${thread.code.unit.body.name}(${thread.objects.map(own).join(', ')})`,
    ...(reenters === undefined ? {} : { reenters: { ...reenters, objects: reenters.objects.map(own) } }),
  };
}
