#include "host/http.hpp"

#include "actors/log.hpp"
#include "io/http_listener.hpp"
#include "io/tls.hpp"
#include "keeper/files.hpp"
#include "protocol/identity.hpp"
#include "protocol/json.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::host {

namespace {

constexpr std::size_t token_bytes_min = 16;

std::string file_in(const std::filesystem::path& state_dir) {
  return state_dir / http_place_file;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

result<void> make_token(const std::string& path) {
  const keeper::descriptor made(
    ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  const auto text = new_token() + "\n";
  if (!made && errno == EEXIST)
    return {};
  if (
    !made ||
    ::write(made.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return keeper::fail_errno(errc::refused, "cannot write the token", path);
  return {};
}

result<std::string> read_token(const std::string& path) {
  if (auto made = make_token(path); !made)
    return fail(std::move(made.error()));
  struct stat facts {};
  const auto text = keeper::read_file(path);
  if (!text || ::stat(path.c_str(), &facts) < 0)
    return fail(errc::refused, "cannot read the token " + path);
  if ((facts.st_mode & 077U) != 0)
    return fail(
      errc::refused,
      "the token " + path +
        " is open to others; chmod 600 it, and change it if "
        "somebody may have read it");
  auto token = first_line(*text);
  const bool plain =
    token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                            "0123456789-._~+/=") == std::string::npos;
  if (token.size() < token_bytes_min || !plain)
    return fail(
      errc::invalid_argument,
      "the token " + path + " must be one line of at least " +
        std::to_string(token_bytes_min) +
        " characters A-Z a-z 0-9 - . _ ~ + / =; remove the file to have one made");
  return token;
}

/// The port that the supervisor before had found.
std::uint16_t
last_port(const std::filesystem::path& state_dir, const std::string& host) {
  const auto text = keeper::read_file(file_in(state_dir));
  const auto before = decode_text<http_place>(text.value_or(""));
  if (!before)
    return 0;
  const auto begin = before->url.find("//");
  const auto end = before->url.rfind('/');
  if (begin == std::string::npos || end <= begin + 2)
    return 0;
  const auto address =
    parse_http_address(before->url.substr(begin + 2, end - begin - 2));
  return address && address->host == host ? address->port : std::uint16_t{0};
}

result<keeper::descriptor>
listen(http_address where, const std::filesystem::path& state_dir) {
  if (where.port == 0)
    if (const auto port = last_port(state_dir, where.host); port != 0)
      if (auto again = io::listen_at({where.host, port}))
        return again;
  return io::listen_at(where);
}

result<http_address> address_in(const http_settings& settings) {
  auto where = parse_http_address(*settings.address);
  if (!where)
    return where;
  if (!where->is_loopback() && !settings.remote)
    return fail(
      errc::refused,
      "http.address: other machines can reach " + to_string(*where) +
        "; say http.remote: true if that is meant, and then certificate and key");
  if (settings.certificate.has_value() != settings.key.has_value())
    return fail(
      errc::invalid_argument, "http: certificate and key belong together; give both");
  return where;
}

/// A client costs a descriptor, and so does much else.
io::http_limits limits_here() {
  io::http_limits limits;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0)
    limits.connections_max =
      std::min<std::size_t>(limits.connections_max, files.rlim_cur / 2);
  return limits;
}

mcp::http_rules rules_of(const http_settings& settings, const http_address& where) {
  mcp::http_rules rules;
  rules.loopback = where.is_loopback();
  rules.hosts = settings.hosts;
  rules.origins = settings.origins;
  const auto own = to_string(where);
  rules.hosts.push_back(own.substr(0, own.rfind(':')));
  return rules;
}

result<void> choose_secrets(
  const http_settings& settings,
  const std::filesystem::path& state_dir,
  http_door_setup& made,
  http_place& told) {
  if (settings.token) {
    told.token_file = settings.token_file.value_or(state_dir / "token");
    auto token = read_token(*told.token_file);
    if (!token)
      return fail(std::move(token.error()));
    made.rules.token = std::move(*token);
  }
  if (!settings.certificate)
    return {};
  auto tls = io::read_tls(*settings.certificate, *settings.key);
  if (!tls)
    return fail(std::move(tls.error()));
  made.side.tls = std::move(*tls);
  return {};
}

void tell(const std::filesystem::path& state_dir, const http_place& what) {
  const auto text = encode_text(what) + "\n";
  if (auto kept = keeper::replace_file(file_in(state_dir), text, false); !kept)
    log_error("http not told reason=\"{}\"", kept.error().message);
}

result<http_door_setup>
try_open(const http_settings& settings, const std::filesystem::path& state_dir) {
  auto where = address_in(settings);
  if (!where)
    return fail(std::move(where.error()));
  http_door_setup made;
  made.rules = rules_of(settings, *where);
  http_place told;
  if (auto chosen = choose_secrets(settings, state_dir, made, told); !chosen)
    return fail(std::move(chosen.error()));
  auto listener = listen(*where, state_dir);
  if (!listener)
    return fail(std::move(listener.error()));
  told.url = (settings.certificate ? "https://" : "http://") +
             to_string(io::address_of(listener->get())) + made.rules.path;
  tell(state_dir, told);
  log_info("http open url={}", told.url);
  made.side.listener = listener->release();
  made.side.limits = limits_here();
  made.side.admit = [rules = made.rules](const http_head& head) {
    return mcp::refusal_of(head, rules);
  };
  return made;
}

} // namespace

std::optional<http_door_setup>
open_http(const http_settings& settings, const std::filesystem::path& state_dir) {
  if (!settings.address) {
    ::unlink(file_in(state_dir).c_str());
    return {};
  }
  auto made = try_open(settings, state_dir);
  if (made)
    return std::move(*made);
  log_error("http not open reason=\"{}\"", made.error().message);
  tell(state_dir, {.url = {}, .token_file = {}, .problem = made.error().message});
  return {};
}

} // namespace troupe::host
