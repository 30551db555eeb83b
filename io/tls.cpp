#include "io/tls.hpp"

namespace troupe::io {

namespace ssl = boost::asio::ssl;

result<std::shared_ptr<tls_identity>>
read_tls(const std::string& certificate_file, const std::string& key_file) {
  ssl::context made(ssl::context::tls_server);
  made.set_options(
    ssl::context::default_workarounds | ssl::context::no_sslv2 |
    ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  boost::system::error_code bad;
  made.use_certificate_chain_file(certificate_file, bad);
  if (bad)
    return fail(
      errc::invalid_argument,
      "http.certificate: " + certificate_file + ": " + bad.message() +
        "; it must be a readable PEM file");
  made.use_private_key_file(key_file, ssl::context::pem, bad);
  if (bad)
    return fail(
      errc::invalid_argument,
      "http.key: " + key_file + ": " + bad.message() +
        "; it must be a readable PEM file, without a password, of the key of " +
        certificate_file);
  return std::make_shared<tls_identity>(std::move(made));
}

} // namespace troupe::io
