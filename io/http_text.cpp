#include "io/http_text.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace troupe::io {

namespace http = boost::beast::http;

namespace {

std::string lower_case(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string status_line(int status) {
  const auto words = http::obsolete_reason(static_cast<http::status>(status));
  return "HTTP/1.1 " + std::to_string(status) + " " + std::string(words) + "\r\n";
}

void add_fields(std::string& text, const http_fields& fields) {
  for (const auto& [name, value] : fields)
    text.append(name).append(": ").append(value).append("\r\n");
}

bool has_no_body(int status) {
  return status == 204;
}

} // namespace

http_head head_of(const http::request<http::string_body>& request) {
  http_head head{
    .method = std::string(request.method_string()),
    .target = std::string(request.target()),
    .fields = {}};
  for (const auto& field : request)
    head.fields.emplace_back(
      lower_case({field.name_string().data(), field.name_string().size()}),
      std::string(field.value()));
  return head;
}

std::string print_answer(const http_answer& what, bool closes) {
  auto text = status_line(what.status);
  add_fields(text, what.fields);
  if (!has_no_body(what.status))
    text += "content-length: " + std::to_string(what.body.size()) + "\r\n";
  if (closes)
    text += "connection: close\r\n";
  return text + "\r\n" + what.body;
}

std::string print_stream_head(const http_fields& fields) {
  auto text = status_line(200);
  add_fields(text, fields);
  text += "content-type: text/event-stream\r\ncache-control: no-cache\r\n"
          "x-accel-buffering: no\r\ntransfer-encoding: chunked\r\n"
          "connection: close\r\n\r\n";
  return text;
}

std::string print_chunk(std::string_view bytes) {
  std::array<char, 20> size{};
  const auto end =
    std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  std::string text(size.data(), end);
  return text.append("\r\n").append(bytes).append("\r\n");
}

http_answer refusal_of(int status, std::string_view why) {
  return {
    .status = status,
    .fields = {{"content-type", "application/json"}},
    .body = R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":")" +
            std::string(why) + R"("}})"};
}

int status_of(const boost::system::error_code& bad) {
  if (bad == http::error::header_limit)
    return 431;
  if (bad == http::error::body_limit || bad == http::error::buffer_overflow)
    return 413;
  return 400;
}

std::string reason_of(const boost::system::error_code& bad, const http_limits& limits) {
  switch (status_of(bad)) {
  case 431:
    return "the head of the request is longer than " +
           std::to_string(limits.head_bytes_max) + " bytes, the limit of this server";
  case 413:
    return "the body of the request is longer than " +
           std::to_string(limits.body_bytes_max) +
           " bytes, the limit of this server; send less in one message";
  default:
    return "this is no HTTP request: " + bad.message();
  }
}

} // namespace troupe::io
