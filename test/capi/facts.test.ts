import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { apiFact, apiNames } from '../../server/src/capi/facts.ts';
import { atomicAccess, keptArguments, resultKind } from '../../server/src/capi/objects.ts';

describe('C-API facts', () => {
  test('a borrowing call names its owner, its risk and its replacement', () => {
    expect(apiFact('PyList_GetItem')).toMatchObject({
      returns: 'borrowed',
      borrowOwner: 'mutable',
      containerArg: 0,
      borrowRisk: 'high',
      replacement: { name: 'PyList_GetItemRef', since: '3.13', compat: true, shape: 'same-args-new-ref' },
    });
    expect(apiFact('PyTuple_GET_ITEM')).toMatchObject({ borrowOwner: 'immutable', borrowRisk: 'none' });
    expect(apiFact('PyWeakref_GetObject')).toMatchObject({ borrowOwner: 'weak', removedIn: '3.15' });
  });

  test('suspension has a reason, and a guess is not one', () => {
    expect(apiFact('PyObject_CallNoArgs')?.suspends).toBe('python');
    expect(apiFact('PyList_GET_SIZE')?.suspends).toBe('no');
    expect(apiFact('PyAsyncGen_New')?.suspends).toBe('unknown');
  });

  test('names that are not in the table answer undefined, prototype names included', () => {
    expect(apiFact('my_helper')).toBeUndefined();
    expect(apiFact('toString')).toBeUndefined();
    expect(apiFact('__proto__')).toBeUndefined();
  });

  test('every replacement that is a function of the API is itself known, and the table stays small', () => {
    const missing = apiNames()
      .map(name => apiFact(name)?.replacement?.name)
      .filter(name => name !== undefined && apiFact(name) === undefined);
    expect(missing).toEqual(['PyMutex']); // a type
    expect(statSync('server/src/capi/generated/functions.json').size).toBeLessThan(250_000);
  });
});

describe('what calls do with objects', () => {
  test('results nobody else can see', () => {
    expect(resultKind('PyList_New')).toBe('fresh');
    expect(resultKind('tp_alloc')).toBe('fresh');
    expect(resultKind('PySequence_Tuple')).toBe('immutable');
    expect(resultKind('PyUnicode_FromFormat')).toBe('immutable');
    expect(resultKind('PyObject_GetAttr')).toBe('other');
    expect(resultKind('Obj_CAST')).toBe('same-as-argument');
  });

  test('arguments that somebody keeps', () => {
    expect(keptArguments('PyList_Append', 2)).toEqual([1]);
    expect(keptArguments('PyObject_CallFunctionObjArgs', 3)).toEqual([0, 1, 2]);
    expect(keptArguments('PyLong_AsLong', 1)).toEqual([]);
    expect(keptArguments('memcpy', 3)).toEqual([]);
    expect(keptArguments('project_function', 1)).toBeUndefined();
  });

  test('atomic accessors by what they do', () => {
    expect(atomicAccess('atomic_fetch_add')).toBe('update');
    expect(atomicAccess('FT_ATOMIC_STORE_PTR_RELEASE')).toBe('write');
    expect(atomicAccess('_Py_atomic_load_ptr')).toBe('read');
    expect(atomicAccess('InterlockedIncrement')).toBe('update');
    expect(atomicAccess('memcpy')).toBeNull();
  });
});
