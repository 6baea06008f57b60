import type { Rule } from '../rule.ts';
import { borrowedAcrossCall } from './borrowed-across-call.ts';
import { borrowedCellGet } from './borrowed-cell-get.ts';
import { borrowedDictItem } from './borrowed-dict-item.ts';
import { borrowedDictSetdefault } from './borrowed-dict-setdefault.ts';
import { borrowedFrameNamespace } from './borrowed-frame-namespace.ts';
import { borrowedFunctionAttr } from './borrowed-function-attr.ts';
import { borrowedImportAddModule } from './borrowed-import-add-module.ts';
import { borrowedListItem } from './borrowed-list-item.ts';
import { borrowedNestedParse } from './borrowed-nested-parse.ts';
import { borrowedProjectCall } from './borrowed-project-call.ts';
import { borrowedSysObject } from './borrowed-sys-object.ts';
import { borrowedWeakrefObject } from './borrowed-weakref-object.ts';
import { tupleMutationShared } from './tuple-mutation-shared.ts';

export const BORROWED_REFS: readonly Rule[] = [
  borrowedAcrossCall,
  borrowedCellGet,
  borrowedDictItem,
  borrowedDictSetdefault,
  borrowedFrameNamespace,
  borrowedFunctionAttr,
  borrowedImportAddModule,
  borrowedListItem,
  borrowedNestedParse,
  borrowedProjectCall,
  borrowedSysObject,
  borrowedWeakrefObject,
  tupleMutationShared,
];
