#include "store/configuration.hpp"

#include "store/files.hpp"
#include "store/yaml.hpp"

#include "protocol/json.hpp"

namespace troupe::store {

namespace {

constexpr std::uint64_t file_bytes_max = 1 << 20;

/// In YAML what looks like a number is one; said to whoever meant a string.
std::string advice_on(const mismatch& wrong) {
  const bool unquoted = wrong.reason.starts_with("expected a string, got number") ||
                        wrong.reason.starts_with("expected a string, got boolean");
  return unquoted ? "; put it in quotes" : "";
}

} // namespace

result<configuration> read_configuration(const std::filesystem::path& file) {
  configuration settings;
  const auto text = read_file(file, file_bytes_max);
  if (!text && text.error().code == errc::not_found)
    return settings;
  if (!text)
    return fail(text.error());
  const auto document = parse_yaml(*text);
  if (!document)
    return fail(document.error().code, file.string() + ":" + document.error().message);
  if (document->value.is_null())
    return settings;
  if (const auto wrong = codec<configuration>::decode(document->value, settings))
    return fail(
      errc::invalid_argument,
      file.string() + ":" + std::to_string(document->line_of(wrong->path)) + ": " +
        to_string(*wrong) + advice_on(*wrong));
  return settings;
}

} // namespace troupe::store
