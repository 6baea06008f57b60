/** C++: an object that locks where it is declared and lets go on every way out of its scope, exceptions among them. */
import type { Edits } from './edits.ts';
import { CannotFix } from './model.ts';
import type { FixSite } from './site.ts';
import { behindIncludes } from './versions.ts';

const NAME = 'ObjectLock';

const DEFINITION = `/* Locks an object until the end of the scope, however it is left. */
class ${NAME} {
public:
    explicit ${NAME}(void *object) {
#ifdef Py_GIL_DISABLED
        PyCriticalSection_Begin(&section, static_cast<PyObject *>(object));
#else
        (void)object;
#endif
    }
    ~${NAME}() {
#ifdef Py_GIL_DISABLED
        PyCriticalSection_End(&section);
#endif
    }
    ${NAME}(const ${NAME} &) = delete;
    ${NAME} &operator=(const ${NAME} &) = delete;

private:
#ifdef Py_GIL_DISABLED
    PyCriticalSection section;
#endif
};`;

/** The declaration of the guard: of the project's own class where the file knows one, else of one put behind the includes. */
export function guardOf(site: FixSite, edits: Edits, object: string): string {
  const variable = site.freshName('locked', 'object_lock');
  return `${ownGuard(site) ?? define(site, edits)} ${variable}(${object});`;
}

function ownGuard(site: FixSite): string | undefined {
  const { unit } = site.view;
  return site.extension.units
    .filter(one => one === unit || unit.includes.some(name => one.file.endsWith(`/${name.replace(/^.*\//, '')}`)))
    .flatMap(one => one.guards)
    .find(guard => guard.enters === 'acquire' && guard.lock === 'critical-section' && !guard.byReference)?.type;
}

function define(site: FixSite, edits: Edits): string {
  if (new RegExp(`\\b${NAME}\\b`).test(site.text)) throw new CannotFix(`\`${NAME}\` is something else here.`);
  const at = behindIncludes(site.text);
  if (at === null || at > site.view.function.function.start)
    throw new CannotFix('There is no place for a guard class behind the includes.');
  edits.insert(at, `\n\n${DEFINITION}`);
  return NAME;
}
