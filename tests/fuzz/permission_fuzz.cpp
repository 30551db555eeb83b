#include "agents/permission.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

/// The command to judge. A pattern whose `*` would have to cover an operator must not
/// allow it, and whatever is allowed must stay allowed when nothing denies it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  const std::string_view command(reinterpret_cast<const char*>(data), size);
  const permission_policy git{.allow = {"Bash(git *)"}};
  const auto said = agents::decide(git, "Bash", command);
  if (said == agents::verdict::allow && command.find("$(") != command.npos) {
    const auto quoted = command.find('\'') != command.npos;
    const auto escaped = command.find('\\') != command.npos;
    if (!quoted && !escaped)
      std::abort();
  }
  const permission_policy all{.allow = {"*"}, .deny = {"Bash(rm *)"}};
  if (
    agents::decide(all, "Bash", "rm x; " + std::string(command)) !=
    agents::verdict::deny)
    std::abort();
  return 0;
}
