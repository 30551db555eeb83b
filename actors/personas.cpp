#include "actors/personas.hpp"

#include "agents/answer_schema.hpp"
#include "agents/profiles.hpp"
#include "protocol/text.hpp"
#include "store/files.hpp"

#include <filesystem>

namespace troupe {

namespace {

constexpr std::uint64_t profile_bytes_max = 64 * 1024;

tl::unexpected<error> unusable(const std::string& profile, const std::string& why) {
  return fail(errc::invalid_argument, "profile: " + one_line(profile, 200) + " " + why);
}

std::string shipped_names() {
  std::string names;
  for (const auto& [name, text] : agents::shipped_profiles())
    names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

} // namespace

result<std::string> read_profile(const std::string& profile, const std::string& cwd) {
  const auto& shipped = agents::shipped_profiles();
  if (const auto known = shipped.find(profile); known != shipped.end())
    return known->second;
  if (profile.empty() || profile.find('\0') != profile.npos)
    return unusable(profile, "names no file");
  auto text = store::read_file(std::filesystem::path(cwd) / profile, profile_bytes_max);
  if (!text && text.error().code == errc::not_found)
    return unusable(
      profile,
      "is no file, neither absolute nor below " + one_line(cwd, 200) +
        "; profiles that ship: " + shipped_names());
  if (!text)
    return unusable(profile, "cannot be taken: " + text.error().message);
  if (!is_utf8(*text) || text->find('\0') != text->npos)
    return unusable(profile, "is not text in UTF-8");
  if (text->find_first_not_of(" \t\r\n") == text->npos)
    return unusable(profile, "is empty");
  return text;
}

std::string dressed(
  std::string prompt,
  const std::optional<std::string>& persona,
  const std::optional<raw_json>& output_schema) {
  if (persona)
    prompt = *persona + "\n\n" + prompt;
  if (output_schema)
    prompt += agents::schema_notice(*output_schema);
  return prompt;
}

std::vector<message_part> dressed(
  std::vector<message_part> parts,
  const std::optional<std::string>& persona,
  const std::optional<raw_json>& output_schema) {
  if (parts.empty())
    return parts;
  if (persona)
    parts.insert(
      parts.begin(), message_part{.type = part_type::text, .text = *persona});
  if (output_schema)
    parts.push_back(message_part{
      .type = part_type::text, .text = agents::schema_notice(*output_schema)});
  return parts;
}

} // namespace troupe
