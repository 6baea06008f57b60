/**
 * Libraries of others that keep hidden state for the whole process and rely on their callers for locking, from the threading
 * chapters of their manuals. Libraries that forbid two threads on one *handle* are in `libraries.ts`.
 */

export interface LibraryCalls {
  /** As people know it: `zlib`. */
  readonly library: string;
  /** The list applies to extensions that include such a header. */
  readonly header: RegExp;
  /** Names of functions; `*` at the end matches the rest of a name. */
  readonly functions: readonly string[];
  /** False: depends on how the library was built or set up. */
  readonly always: boolean;
}

const row = (library: string, header: RegExp, functions: string, always = true): LibraryCalls => ({
  library,
  header,
  functions: functions.split(' '),
  always,
});

/** Functions that share hidden state of the process: two threads must not be in any of one library at once. */
export const PROCESS_WIDE_CALLS: readonly LibraryCalls[] = [
  row('HDF5', /(?:^|\/)hdf5\w*\.h$/, 'H5A* H5D* H5E* H5F* H5G* H5I* H5L* H5O* H5P* H5S* H5T* H5Z*'),
  row('netCDF', /(?:^|\/)netcdf\w*\.h$/, 'nc_*'),
  row(
    'the FFTW planner',
    /(?:^|\/)fftw3\w*\.h$/,
    'fftw_plan_* fftwf_plan_* fftwl_plan_* fftw_destroy_plan fftwf_destroy_plan fftwl_destroy_plan fftw_cleanup fftw_import_wisdom* fftw_export_wisdom*',
  ),
  row(
    'FreeType',
    /(?:^|\/)(?:ft2build|freetype)\.h$/,
    'FT_New_Face FT_New_Memory_Face FT_Open_Face FT_Done_Face FT_Done_FreeType FT_Add_Module FT_Set_Debug_Hook',
  ),
  row(
    'GEOS',
    /(?:^|\/)geos_c\.h$/,
    'initGEOS finishGEOS GEOSGeomFromWKT GEOSGeomToWKT GEOSGeomFromWKB_buf GEOSGeom_create* GEOSBuffer',
  ),
  row(
    'GDAL',
    /(?:^|\/)(?:gdal|ogr_api)\.h$/,
    'GDALAllRegister GDALRegister_* GDALDestroyDriverManager OGRRegisterAll OGRCleanupAll',
  ),
  row(
    'PortAudio',
    /(?:^|\/)portaudio\.h$/,
    'Pa_Initialize Pa_Terminate Pa_OpenStream Pa_OpenDefaultStream Pa_CloseStream',
  ),
  row(
    'libxml2',
    /^libxml\//,
    'xmlInitParser xmlCleanupParser xmlMemSetup xmlSetExternalEntityLoader xmlRegisterDefaultInputCallbacks xmlCleanupInputCallbacks',
  ),
  row('libcurl', /^curl\/curl\.h$/, 'curl_global_init curl_global_cleanup curl_global_init_mem', false),
  row(
    'SQLite',
    /(?:^|\/)sqlite3\.h$/,
    'sqlite3_config sqlite3_initialize sqlite3_shutdown sqlite3_enable_shared_cache',
    false,
  ),
  row(
    'readline',
    /^(?:readline|editline)\//,
    'readline rl_* add_history clear_history read_history write_history remove_history replace_history_entry history_truncate_file using_history',
  ),
]; // prettier-ignore

export function matchesName(name: string, patterns: readonly string[]): boolean {
  return patterns.some(pattern => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}
