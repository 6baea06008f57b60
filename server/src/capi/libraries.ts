/**
 * C and C++ libraries whose handles one thread at a time may use: "reentrant" means two handles, not one. A shipped list that
 * settings extend (`thread-unsafe`), and how to tell calls that change what is behind a handle from those that only look.
 */

interface Library {
  readonly name: string;
  /** Functions that work on a handle, which they get as first argument. */
  readonly functions: RegExp;
  /** Those of them that read what never changes while the handle exists. */
  readonly fixed?: RegExp;
  /** Those of them that only remember the handles that come behind the first. */
  readonly keeps?: RegExp;
}

const LIBRARIES: readonly Library[] = [
  { name: 'zlib', functions: /^(?:inflate|deflate|gz(?:read|write|seek|puts|gets|printf|flush|rewind|putc|getc))/ },
  { name: 'bzip2', functions: /^BZ2_bz/ },
  { name: 'liblzma', functions: /^lzma_(?:code|end|stream|alone|auto|raw|easy|index|filter)/ },
  { name: 'zstd', functions: /^ZSTD_(?:\w*[Cc]ompress|\w*Stream|CCtx|DCtx|initC|initD|resetC|resetD|flush|end)/ },
  { name: 'LZ4', functions: /^LZ4(?:F_(?:compress|decompress|flush|resetD)|_\w*(?:continue|Dict|resetStream))/ },
  { name: 'Brotli', functions: /^Brotli(?:Encoder|Decoder)/ },
  { name: 'xxHash', functions: /^XXH(?:32|64|3|128)_/ },
  {
    name: 'OpenSSL',
    functions: /^(?:EVP_(?:Digest|Encrypt|Decrypt|Cipher|Sign|Verify|MD_CTX|MAC)|HMAC_|SSL_|BIO_)/,
    fixed:
      /^(?:EVP_MD_CTX_(?:md|get\w*|size|block_size|type)|HMAC_(?:CTX_get_md|size)|SSL_(?:CTX_\w+|get_SSL_CTX|is_server|new)|\w+_up_ref)$/,
    keeps: /^SSL_set(?:0_[rw]|_)bio$/,
  },
  { name: 'FreeType', functions: /^FT_/ },
  { name: 'HarfBuzz', functions: /^hb_buffer_/ },
  { name: 'Raqm', functions: /^raqm_/ },
  { name: 'expat', functions: /^XML_/ },
  { name: 'libxml2', functions: /^xml(?:Parse|TextReader|TextWriter|XPath|Node|Doc|Buf|Ctxt|SAX)/ },
  { name: 'libyaml', functions: /^yaml_(?:parser|emitter|document)_/ },
  { name: 'curl', functions: /^curl_(?:easy|multi|share)_/ },
  { name: 'libpq', functions: /^PQ[a-z]/ },
  { name: 'MySQL', functions: /^mysql_/ },
  { name: 'HDF5', functions: /^H5[A-Z]{1,2}[a-z]/ },
  { name: 'libarchive', functions: /^archive_/ },
  { name: 'libssh2', functions: /^libssh2_/ },
  { name: 'gdbm', functions: /^(?:gdbm|dbm)_/ },
  { name: 'ICU', functions: /^(?:ucnv|ubrk|ucol|usearch|uregex)_/ },
  { name: 'PCRE2', functions: /^pcre2_match/ },
  { name: 'libgit2', functions: /^git_(?:repository|index|odb|remote|revwalk)_/ },
  { name: 'cairo', functions: /^cairo_/ },
  { name: 'GMP random state', functions: /^gmp_rand/ },
  { name: 'FFTW plans', functions: /^fftwf?l?_(?:plan|destroy_plan)/ },
]; // prettier-ignore

/** The call only reads what is the same as long as the handle exists. */
export function readsFixedState(call: string): boolean {
  return LIBRARIES.some(({ fixed }) => fixed?.test(call) === true);
}

/** The call remembers the handle at this place of its arguments (from 0) and does nothing with it. */
export function keepsHandle(call: string, argument: number): boolean {
  return argument > 0 && LIBRARIES.some(({ keeps }) => keeps?.test(call) === true);
}

/** The library whose function this is, or null. `extra`: names from the settings; `*` at the end matches the rest. */
export function threadUnsafeLibrary(call: string, extra: readonly string[]): string | null {
  for (const { name, functions } of LIBRARIES) if (functions.test(call)) return name;
  for (const name of extra) {
    if (name === call || (name.endsWith('*') && call.startsWith(name.slice(0, -1)))) return name;
  }
  return null;
}

const LOOKING = new Set(
  `get is has size length len count empty version strerror error digest dumps dump contains find at begin end cbegin cend back
  front data c_str str name type status tell pos peek value values const compare equal hash info describe print capacity
  total remaining bound good bad fail eof`.split(/\s+/),
);
const CHANGING = new Set(
  `reset update set add remove push pop insert erase clear append write read process feed step next advance parse load seek
  put delete emplace assign swap resize flush init inflate deflate compress decompress encode decode encrypt decrypt final
  finish start stop open close connect disconnect send recv receive execute exec query commit rollback bind attach detach
  register unregister enqueue dequeue submit consume produce fill drain rewind scan lex tokenize match suggest solve train
  fit render draw select perform extend merge reserve rehash destroy free release acquire lookup_or_insert increment
  decrement put_back unget move sort reverse rotate shift apply run tick evolve integrate`.split(/\s+/),
);

/** `FT_Load_Glyph`, `addConstraint`, `XXH32_reset`: words in lower case. */
function words(name: string): string[] {
  return name
    .replace(/^.*::/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .filter(word => word !== '');
}

/** By its name, the call changes what it works on. `library`: of a function of a listed library, which mostly do. */
export function changesHandle(call: string, library: boolean): boolean {
  const all = words(call);
  const verb = all.find(word => CHANGING.has(word) || LOOKING.has(word));
  return verb === undefined ? library : CHANGING.has(verb);
}

const PLAIN =
  /^(?:\?|_?Bool|bool|void|(?:un)?signed(?: \w+)*|char\w*|wchar_t|short(?: int)?|(?:long ?)+(?:int|double)?|int|float|double|s?size_t|u?int\w*_t|u?intptr_t|Py_\w+|time_t|off_t|pid_t|FILE|clock_t|npy_\w+|mode_t|struct (?:tm|stat|timespec|timeval)|tm|stat|timespec|timeval)$/;
const OWN_RULES =
  /^(?:_?Py\w+|py(?:bind11)?::.*|nb::.*|nanobind::.*|cppy::.*|std::(?:atomic.*|(?:\w+_)?mutex|once_flag|thread|condition_variable.*))$|(?:Owned|Borrowed|Immortal)\w*$/;

/** A type whose values may be handles: not a number, not text, not Python's, not made for several threads. */
export function mayBeHandle(type: string): boolean {
  return !PLAIN.test(type) && !OWN_RULES.test(type);
}
