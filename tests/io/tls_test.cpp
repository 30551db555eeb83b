#include "io/tls.hpp"

#include "inbox.hpp"
#include "io/http_door.hpp"
#include "io/http_listener.hpp"
#include "scratch.hpp"
#include "tests/support/http_peer.hpp"

#include <gmock/gmock.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <arpa/inet.h>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>

namespace troupe::io {
namespace {

using ::testing::HasSubstr;

template <auto release>
struct releaser {
  template <class T>
  void operator()(T* what) const {
    release(what);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, releaser<EVP_PKEY_free>>;
using file_ptr = std::unique_ptr<std::FILE, releaser<std::fclose>>;

void write_key(const std::string& path, EVP_PKEY* key) {
  const file_ptr file(std::fopen(path.c_str(), "w"));
  ASSERT_TRUE(
    PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
}

/// Of localhost, signed by itself, good for an hour.
void write_certificate(const std::string& path, EVP_PKEY* key) {
  const std::unique_ptr<X509, releaser<X509_free>> made(X509_new());
  X509_set_pubkey(made.get(), key);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  auto* name = X509_get_subject_name(made.get());
  const std::string host = "localhost";
  X509_NAME_add_entry_by_txt(
    name,
    "CN",
    MBSTRING_ASC,
    reinterpret_cast<const unsigned char*>(host.data()),
    static_cast<int>(host.size()),
    -1,
    0);
  X509_set_issuer_name(made.get(), name);
  X509_sign(made.get(), key, EVP_sha256());
  const file_ptr file(std::fopen(path.c_str(), "w"));
  ASSERT_TRUE(PEM_write_X509(file.get(), made.get()));
}

/// A certificate and its key, and a key that belongs to nothing.
class Tls : public ::testing::Test {
protected:
  Tls() {
    const key_ptr own(EVP_EC_gen("P-256"));
    const key_ptr other(EVP_EC_gen("P-256"));
    write_certificate(certificate, own.get());
    write_key(key, own.get());
    write_key(foreign_key, other.get());
  }

  /// What a client that speaks TLS is answered.
  static std::string ask(std::uint16_t port, const std::string& text) {
    const keeper::descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
    const std::unique_ptr<SSL_CTX, releaser<SSL_CTX_free>> all(
      SSL_CTX_new(TLS_client_method()));
    const std::unique_ptr<SSL, releaser<SSL_free>> link(SSL_new(all.get()));
    SSL_set_fd(link.get(), fd.get());
    EXPECT_EQ(SSL_connect(link.get()), 1);
    SSL_write(link.get(), text.data(), static_cast<int>(text.size()));
    std::string got;
    char some[4096];
    for (int n = 0; (n = SSL_read(link.get(), some, sizeof some)) > 0;)
      got.append(some, static_cast<std::size_t>(n));
    return got;
  }

  scratch dir;
  std::string certificate = dir.path("certificate.pem");
  std::string key = dir.path("key.pem");
  std::string foreign_key = dir.path("foreign.pem");
};

TEST_F(Tls, CarriesRequestsAndAnswers) {
  const auto identity = read_tls(certificate, key);
  ASSERT_TRUE(identity) << identity.error().message;
  auto listener = listen_at(http_address{"127.0.0.1", 0});
  const auto port = address_of(listener->get()).port;
  loop on;
  http_door* answering = nullptr;
  http_door door(
    on,
    listener->release(),
    {},
    *identity,
    {.admit = [](const http_head&) { return std::optional<http_answer>(); },
     .asked =
       [&](exchange_id by, const http_request& what) {
         answering->answer(by, {.status = 200, .fields = {}, .body = what.body + "!"});
       },
     .left = [](exchange_id) {}});
  answering = &door;
  on.start();
  const std::string body(100'000, 'x');

  const auto got = ask(
    port,
    "POST /mcp HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  test::http_peer plain(port);
  plain.request("GET", {{"host", "localhost"}});

  EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got.substr(0, 200);
  EXPECT_TRUE(got.ends_with("\r\n\r\n" + body + "!"));
  EXPECT_TRUE(plain.is_closed());
}

TEST_F(Tls, SaysWhichFileIsWrong) {
  EXPECT_THAT(read_tls("/no/such.pem", key).error().message, HasSubstr("/no/such.pem"));
  EXPECT_THAT(
    read_tls(certificate, certificate).error().message, HasSubstr("http.key"));
  EXPECT_THAT(
    read_tls(certificate, foreign_key).error().message, HasSubstr("http.key"));
}

} // namespace
} // namespace troupe::io
