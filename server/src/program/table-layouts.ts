/** Members of CPython's tables in the order of their declaration (Include/ of 3.13), for positional initialisers. */
import type { TableKind } from './model.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const POSITIONS: Readonly<Partial<Record<TableKind, readonly string[]>>> = {
  methods: words('ml_name ml_meth ml_flags ml_doc'),
  getset: words('name get set doc closure'),
  members: words('name type offset flags doc'),
  slots: words('slot pfunc'),
  'module-slots': words('slot value'),
  'type-spec': words('name basicsize itemsize flags slots'),
  module: words('m_base m_name m_doc m_size m_methods m_slots m_traverse m_clear m_free'),
  // `PyVarObject_HEAD_INIT(NULL, 0)` is one member of the text.
  type: words(`ob_base tp_name tp_basicsize tp_itemsize tp_dealloc tp_vectorcall_offset tp_getattr tp_setattr
    tp_as_async tp_repr tp_as_number tp_as_sequence tp_as_mapping tp_hash tp_call tp_str tp_getattro tp_setattro
    tp_as_buffer tp_flags tp_doc tp_traverse tp_clear tp_richcompare tp_weaklistoffset tp_iter tp_iternext tp_methods
    tp_members tp_getset tp_base tp_dict tp_descr_get tp_descr_set tp_dictoffset tp_init tp_alloc tp_new tp_free
    tp_is_gc tp_bases tp_mro tp_cache tp_subclasses tp_weaklist tp_del tp_version_tag tp_finalize tp_vectorcall
    tp_watched tp_versions_used`),
  number: words(`nb_add nb_subtract nb_multiply nb_remainder nb_divmod nb_power nb_negative nb_positive nb_absolute
    nb_bool nb_invert nb_lshift nb_rshift nb_and nb_xor nb_or nb_int nb_reserved nb_float nb_inplace_add
    nb_inplace_subtract nb_inplace_multiply nb_inplace_remainder nb_inplace_power nb_inplace_lshift nb_inplace_rshift
    nb_inplace_and nb_inplace_xor nb_inplace_or nb_floor_divide nb_true_divide nb_inplace_floor_divide
    nb_inplace_true_divide nb_index nb_matrix_multiply nb_inplace_matrix_multiply`),
  sequence: words(`sq_length sq_concat sq_repeat sq_item was_sq_slice sq_ass_item was_sq_ass_slice sq_contains
    sq_inplace_concat sq_inplace_repeat`),
  mapping: words('mp_length mp_subscript mp_ass_subscript'),
  async: words('am_await am_aiter am_anext am_send'),
  buffer: words('bf_getbuffer bf_releasebuffer'),
};
