"""Incremental encoders, decoders and stream writers of the East Asian codecs that two threads share."""

import codecs
import io

from racing import case, main


@case("multibytecodec.c codecctx_errors_get,codecctx_errors_set self->errors")
def errors():
    one = codecs.getincrementalencoder("shift_jis")()

    def use():
        one.errors = "".join(["my", "errors"])
        one.errors

    return use


@case(
    "multibytecodec.c encoder_encode_stateful ctx->pending",
    "multibytecodec.c _multibytecodec_MultibyteIncrementalEncoder_getstate_impl pending",
)
def encoder():
    one = codecs.getincrementalencoder("euc_jisx0213")()

    def use():
        one.encode("\u304b")
        one.encode("\u304b\u309a")
        one.setstate(one.getstate())
        one.reset()

    return use


@case(
    "multibytecodec.c decoder_append_pending pendingsize",
    "multibytecodec.c _multibytecodec_MultibyteIncrementalDecoder_decode_impl pendingsize",
)
def decoder():
    one = codecs.getincrementaldecoder("shift_jis")("ignore")

    def use():
        one.decode(b"\x82")
        one.decode(b"\xa0\x82")
        one.getstate()

    return use


@case("multibytecodec.c _multibytecodec_MultibyteStreamWriter_reset_impl pending")
def writer():
    one = codecs.getwriter("euc_jisx0213")(io.BytesIO())

    def use():
        one.write("\u304b")
        one.reset()

    return use


@case(
    "_codecs_iso2022.c iso2022_encode_reset,iso2022_encode STATE_",
)
def iso2022():
    one = codecs.getincrementalencoder("iso2022_kr")("ignore")

    def use():
        one.encode("\uac00text\uac01")
        one.encode("", True)

    return use


if __name__ == "__main__":
    main()
