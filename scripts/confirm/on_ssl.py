"""TLS contexts and connections in memory that two threads share. Certificates are those of CPython's own tests."""

import os
import ssl
import time

from racing import case, main

number = time.perf_counter_ns
CERTIFICATE = os.path.join(os.path.dirname(os.__file__), "test", "certdata", "keycert.pem")


def contexts():
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTIFICATE)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    client.set_alpn_protocols(["a", "b"])
    return server, client


def pair(server, client):
    one, other = ssl.MemoryBIO(), ssl.MemoryBIO()
    return server.wrap_bio(one, other, server_side=True), client.wrap_bio(other, one, server_hostname="localhost")


def shake(*ends):
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass


@case(
    "_ssl.c _ssl__SSLSocket_write_impl,_ssl__SSLSocket_read_impl,_ssl__SSLSocket_pending_impl self->ssl",
    loops=20,
)
def connection():
    server, client = pair(*contexts())
    shake(server, client)

    def use():
        client.write(b"text" * 100)
        try:
            client.read(5)
        except ssl.SSLError:
            pass
        client.pending()

    return use


@case("_ssl.c _ssl__SSLSocket_do_handshake_impl self->ssl", loops=1)
def handshake():
    ends = pair(*contexts())
    return lambda: shake(*ends)


@case(
    "_ssl.c _selectALPN_cb,_ssl__SSLContext__set_alpn_protocols_impl alpn_protocols",
    "_ssl.c _servername_callback,_ssl__SSLContext_sni_callback_set_impl set_sni_cb",
    loops=5,
)
def alpn():
    server, client = contexts()

    def change():
        for _ in range(20):
            server.set_alpn_protocols([f"text{number()}", "b"])
            server.sni_callback = lambda *rest: None

    change()
    return lambda: shake(*pair(server, client)), change


@case("_ssl.c psk_server_callback psk_server_callback", "_ssl.c psk_client_callback psk_client_callback", loops=5)
def psk():
    server, client = (ssl.SSLContext(kind) for kind in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT))
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    for one in (server, client):
        one.maximum_version = ssl.TLSVersion.TLSv1_2
        one.set_ciphers("PSK")

    def change():
        for _ in range(20):
            server.set_psk_server_callback(lambda identity: b"secret")
            client.set_psk_client_callback(lambda hint: ("name", b"secret"))

    change()
    return lambda: shake(*pair(server, client)), change


@case("_ssl.c _pwinfo_set PyByteArray_", loops=50)
def password():
    one = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secret = bytearray(b"secret")

    def change():
        secret.extend(bytes(500))
        del secret[6:]

    return lambda: one.load_cert_chain("/nowhere", password=secret), change


@case(
    "_ssl.c _ssl__SSLContext__wrap_bio_impl,_ssl_MemoryBIO_pending_get_impl,newPySSLSocket bio",
    loops=20,
    quiet="only the count of references changes, atomically",
)
def bio():
    server, _ = contexts()
    one, other = ssl.MemoryBIO(), ssl.MemoryBIO()
    return lambda: server.wrap_bio(one, other, server_side=True), lambda: (one.pending, other.pending)


@case("_ssl/debughelpers.c _PySSL_msg_callback PyObject_CallFunction", loops=5)
def message_callback():
    server, client = contexts()

    def change():
        for _ in range(20):
            server._msg_callback = lambda *rest: None

    change()
    return lambda: shake(*pair(server, client)), change


@case(
    "_ssl/debughelpers.c _PySSL_msg_callback ctx",
    loops=1,
    quiet="the call that leads to the callback locks the connection",
)
def context():
    many = [contexts()[0] for _ in range(3)]
    for one in many:
        one._msg_callback = lambda *rest: None
    ends = [pair(many[0], contexts()[1]) for _ in range(5)]

    def change():
        for i in range(20):
            for server, _ in ends:
                server.context = many[i % 3]

    return lambda: [shake(*both) for both in ends], change


if __name__ == "__main__":
    main()
