#include "agents/account.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace troupe::agents {

namespace {

/// How it shows in an agent's environment which account it uses.
struct login {
  std::string_view backend_type;
  std::array<std::string_view, 2> places; ///< Of its login: the first that is set.
  std::array<std::string_view, 6> keys;   ///< What makes it use another one.
};

constexpr auto logins = std::to_array<login>({
  {.backend_type = "claude_code",
   .places = {"CLAUDE_CONFIG_DIR", "HOME"},
   .keys =
     {"ANTHROPIC_API_KEY",
      "ANTHROPIC_AUTH_TOKEN",
      "ANTHROPIC_BASE_URL",
      "CLAUDE_CODE_OAUTH_TOKEN",
      "CLAUDE_CODE_USE_BEDROCK",
      "CLAUDE_CODE_USE_VERTEX"}},
  {.backend_type = "codex",
   .places = {"CODEX_HOME", "HOME"},
   .keys = {"CODEX_API_KEY", "OPENAI_API_KEY"}},
});

std::string value_of(const environment& env, std::string_view name) {
  const auto it = env.find(std::string(name));
  return it == env.end() ? std::string() : it->second;
}

/// FNV-1a: the same in every process, and no way back to a key.
std::string hashed(std::string_view text) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  std::array<char, 8> digits{};
  const auto end =
    std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16).ptr;
  return {digits.data(), end};
}

} // namespace

std::string account_of(
  std::string_view backend_type,
  const std::string& configured,
  const environment& env) {
  if (!configured.empty())
    return configured;
  if (backend_type == "codex_exec")
    backend_type = "codex";
  const auto* const used =
    std::ranges::find(logins, backend_type, &login::backend_type);
  if (used == logins.end())
    return {};
  auto account = std::string(backend_type);
  for (const auto name : used->places)
    if (const auto place = value_of(env, name); !place.empty()) {
      account += ":" + place;
      break;
    }
  std::string keys;
  for (const auto name : used->keys)
    if (const auto value = value_of(env, name); !value.empty())
      keys.append(name).append("=").append(value).append("\n");
  return keys.empty() ? account : account + "#" + hashed(keys);
}

} // namespace troupe::agents
