/** What calls do in the model is compared with CPython's steps, one access, or assumed and then said beside the verdict. */
import { expect, test } from 'vitest';
import { effectOfCall } from '../../../server/src/capi/effects.ts';
import { assumptionOf, worthOf } from '../../../server/src/simulator/translate/summaries.ts';

const worth = (name: string): string => {
  const effect = effectOfCall(name);
  return effect === null ? 'no summary' : worthOf(effect);
};

test.each([
  [
    'compared',
    'Py_INCREF Py_DECREF PyList_GetItemRef PyList_SetItem PyList_Append PyDict_GetItemRef PyDict_SetItem PyWeakref_GetRef',
  ],
  [
    'single',
    'PyList_GetItem PyList_GET_SIZE PyTuple_GetItem PySequence_Contains Py_REFCNT PyMutex_IsLocked malloc free',
  ],
  [
    'assumed',
    'PyDict_SetDefaultRef PyDict_Pop PyDict_DelItem PyDict_Next PyList_SetSlice PyDict_Copy PySet_Add PyTuple_SetItem PyCell_Set PyObject_GetBuffer PyBuffer_Release PyUnicode_Append realloc memcpy setlocale pthread_once',
  ],
])('%s', (expected, names) => {
  expect(names.split(' ').map(name => `${name}: ${worth(name)}`)).toEqual(
    names.split(' ').map(name => `${name}: ${expected}`),
  );
});

test('what is assumed is said', () => {
  expect(assumptionOf('PyDict_Next', effectOfCall('PyDict_Next')!)).toBe(
    'What PyDict_Next() does is a summary of its source that was not held against its single steps.',
  );
  expect(assumptionOf('PyList_Append', effectOfCall('PyList_Append')!)).toBeNull();
});
