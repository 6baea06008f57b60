"""Hash objects that two threads feed, copy and ask."""

import hashlib

import _blake2
import _hashlib
import _md5
import _sha1
import _sha2
import _sha3
from racing import case, main

LONG = bytes(5000)
ALWAYS = "free-threaded builds switch the lock on when the object is made"


def feed(one):
    return lambda: (one.update(b"text"), one.update(LONG), one.copy(), one.digest(), one.hexdigest())


@case(
    "_blake2/blake2b_impl.c _blake2_blake2b_copy_impl,_blake2_blake2b_update use_mutex",
    loops=10,
    quiet=ALWAYS,
)
def blake2b():
    return feed(_blake2.blake2b())


@case(
    "_blake2/blake2s_impl.c _blake2_blake2s_copy_impl,_blake2_blake2s_update use_mutex",
    loops=10,
    quiet=ALWAYS,
)
def blake2s():
    return feed(_blake2.blake2s())


@case("md5module.c MD5Type_copy_impl,MD5Type_update,MD5Type_digest_impl use_mutex", loops=10, quiet=ALWAYS)
def md5():
    return feed(_md5.md5())


@case("sha1module.c SHA1Type_copy_impl,SHA1Type_update,SHA1Type_digest_impl use_mutex", loops=10, quiet=ALWAYS)
def sha1():
    return feed(_sha1.sha1())


@case("sha2module.c SHA256Type_copy_impl,SHA256Type_update use_mutex", loops=10, quiet=ALWAYS)
def sha256():
    return feed(_sha2.sha256())


@case("sha2module.c SHA512Type_copy_impl,SHA512Type_update use_mutex", loops=10, quiet=ALWAYS)
def sha512():
    return feed(_sha2.sha512())


@case("sha3module.c _sha3_sha3_224_copy_impl,_sha3_sha3_224_update use_mutex", loops=10, quiet=ALWAYS)
def sha3():
    return feed(_sha3.sha3_256())


@case("_hashopenssl.c locked_EVP_MD_CTX_copy,EVP_update use_mutex", loops=10, quiet=ALWAYS)
def openssl():
    return feed(hashlib.new("sha256"))


@case("_hashopenssl.c locked_HMAC_CTX_copy,_hmac_update use_mutex", loops=10, quiet=ALWAYS)
def openssl_hmac():
    return feed(_hashlib.hmac_new(b"key", b"text", "sha256"))


@case("_hashopenssl.c py_hashentry_t_destroy_value h->", loops=10, quiet="the table is torn down with the module")
def digest_table():
    return lambda: [hashlib.new(name, b"text") for name in ("sha256", "sha1", "md5")]


if __name__ == "__main__":
    main()
