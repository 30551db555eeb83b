#pragma once

#include "protocol/result.hpp"

#include <utility>

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace troupe::io {

/// Who this server is to its clients. Read once; a new certificate needs a new
/// supervisor.
class tls_identity {
public:
  explicit tls_identity(boost::asio::ssl::context made) : context(std::move(made)) {}

  boost::asio::ssl::context context;
};

/// PEM files: the certificate with those of its issuers, and its key, which must belong
/// to it. TLS 1.2 or newer.
[[nodiscard]] result<std::shared_ptr<tls_identity>>
read_tls(const std::string& certificate_file, const std::string& key_file);

} // namespace troupe::io
