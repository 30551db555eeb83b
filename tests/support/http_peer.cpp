#include "tests/support/http_peer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace troupe::test {

namespace {

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

} // namespace

std::string http_reply::field(const std::string& name) const {
  const auto it = fields.find(name);
  return it == fields.end() ? "" : it->second;
}

http_peer::http_peer(std::uint16_t port)
  : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(port);
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval within{patience_s, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &within, sizeof within);
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &within, sizeof within);
  EXPECT_EQ(
    ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
}

void http_peer::read_little() {
  const int bytes = 4096;
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

bool http_peer::say(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool http_peer::request(
  std::string_view method,
  const headers& fields,
  std::string_view body,
  std::string_view target) {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
  for (const auto& [name, value] : fields)
    text += name + ": " + value + "\r\n";
  if (!body.empty() && !fields.contains("content-length"))
    text += "content-length: " + std::to_string(body.size()) + "\r\n";
  return say(text + "\r\n" + std::string(body));
}

void http_peer::half_close() {
  ::shutdown(fd_.get(), SHUT_WR);
}

http_reply http_peer::reply() {
  auto got = head();
  if (const auto length = got.field("content-length"); !length.empty())
    got.body = take(std::stoul(length));
  else if (got.field("content-type") == "text/event-stream")
    for (auto one = event(); !one.empty(); one = event())
      got.body += one;
  return got;
}

http_reply http_peer::head() {
  http_reply got;
  const auto text = until("\r\n\r\n");
  if (text.size() < 12)
    return got;
  got.status = std::atoi(text.c_str() + 9);
  for (auto at = text.find("\r\n") + 2; at < text.size();) {
    const auto end = text.find("\r\n", at);
    const auto line = text.substr(at, end - at);
    if (const auto colon = line.find(": "); colon != std::string::npos)
      got.fields[lower_case(line.substr(0, colon))] = line.substr(colon + 2);
    at = end + 2;
  }
  return got;
}

/// One more chunk of a stream.
bool http_peer::chunk() {
  const auto size = until("\r\n");
  if (size.empty())
    return false;
  const auto bytes = std::strtoul(size.c_str(), nullptr, 16);
  whole_ = bytes == 0;
  if (bytes == 0)
    return false;
  events_ += take(bytes);
  take(2);
  return true;
}

std::string http_peer::event() {
  for (;;) {
    while (events_.find("\n\n") == std::string::npos)
      if (!chunk())
        return {};
    const auto end = events_.find("\n\n") + 2;
    auto one = events_.substr(0, end);
    events_.erase(0, end);
    if (!one.starts_with(':'))
      return one;
    ++comments_;
  }
}

std::string http_peer::data() {
  constexpr std::size_t name = 6;
  for (auto text = event(); !text.empty(); text = event())
    if (const auto at = text.find("data: "); text.substr(at + name) != "\n\n")
      return text.substr(at + name, text.size() - at - name - 2);
  return {};
}

bool http_peer::read_comment() {
  while (events_.find(": ") != 0)
    if (!chunk())
      return false;
  events_.erase(0, events_.find("\n\n") + 2);
  ++comments_;
  return true;
}

bool http_peer::has_something() const {
  char one = 0;
  return ::recv(fd_.get(), &one, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool http_peer::is_closed() {
  while (more()) {
  }
  return broken_;
}

bool http_peer::more() {
  std::array<char, 16 * 1024> some{};
  const auto n = ::recv(fd_.get(), some.data(), some.size(), 0);
  const bool late = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  if (late)
    ADD_FAILURE() << "nothing came in time; so far: " << unread_.substr(0, 500);
  broken_ = n <= 0 && !late;
  if (n <= 0)
    return false;
  unread_.append(some.data(), static_cast<std::size_t>(n));
  return true;
}

std::string http_peer::until(const std::string& mark) {
  while (unread_.find(mark) == std::string::npos)
    if (!more())
      return {};
  return take(unread_.find(mark) + mark.size());
}

std::string http_peer::take(std::size_t bytes) {
  while (unread_.size() < bytes)
    if (!more())
      return std::exchange(unread_, {});
  auto taken = unread_.substr(0, bytes);
  unread_.erase(0, bytes);
  return taken;
}

} // namespace troupe::test
