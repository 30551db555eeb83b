#include "cli/http_url.hpp"

#include "cli/console.hpp"
#include "keeper/files.hpp"
#include "protocol/json.hpp"

namespace troupe::cli {

result<http_access> access_to(const http_place& door) {
  http_access access{.url = door.url, .authorization = {}};
  if (!door.token_file)
    return access;
  const auto text = keeper::read_file(*door.token_file);
  if (!text)
    return fail(errc::refused, "cannot read the token " + *door.token_file);
  access.authorization = "Bearer " + text->substr(0, text->find_first_of("\r\n"));
  return access;
}

std::optional<http_place> read_http_place(const std::string& state_dir) {
  const auto text = keeper::read_file(state_dir + "/" + http_place_file);
  auto door = decode_text<http_place>(text.value_or(""));
  return door ? std::optional(std::move(*door)) : std::nullopt;
}

std::string told_of(const http_place& door) {
  if (door.problem)
    return "is not open: " + *door.problem;
  return door.url +
         (door.token_file ? ", token in " + *door.token_file : ", open to all");
}

int print_url(const place& where, const daemon_options& wanted) {
  const auto door = read_http_place(where.state);
  if (!door) {
    complain("the daemon serves no HTTP; say `http: {address: \"127.0.0.1:7777\"}` in "
             "troupe.yml, or `troupe daemon restart --http 127.0.0.1:7777` (it ends "
             "all runs)");
    return exit_failed;
  }
  if (door->problem) {
    complain("HTTP " + told_of(*door));
    return exit_failed;
  }
  const auto access = access_to(*door);
  if (!access) {
    complain(access.error().message);
    return exit_failed;
  }
  if (wanted.as_json)
    print(encode_text(*access) + "\n");
  else
    print(
      access->url + "\n" +
      (access->authorization ? "Authorization: " + *access->authorization + "\n" : ""));
  return exit_ok;
}

} // namespace troupe::cli
