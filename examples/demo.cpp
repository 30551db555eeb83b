#include "examples/scenes.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <unistd.h>

/// Shows on real processes what Troupe is for, as a client of `troupe mcp` with a state
/// directory and a daemon of its own. `troupe-demo --claude PROMPT` runs Claude Code.
namespace {

using namespace troupe;
using namespace troupe::examples;
namespace fs = std::filesystem;

/// A state directory that lives as long as this does, and its daemon with it.
class stage {
public:
  explicit stage(fs::path troupe) : troupe_(std::move(troupe)) {
    auto name = (fs::temp_directory_path() / "troupe-demo-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr)
      root_ = name;
    setenv("XDG_RUNTIME_DIR", root_.c_str(), 1);
  }
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;

  ~stage() {
    if (root_.empty())
      return;
    if (const auto stopping = start(command({"daemon", "stop"})))
      wait_for_end(*stopping);
    std::error_code left;
    fs::remove_all(root_, left);
  }

  [[nodiscard]] bool ready() const { return !root_.empty(); }
  [[nodiscard]] std::string directory() const { return root_.string(); }

  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> words) const {
    words.insert(words.begin(), troupe_.string());
    words.insert(words.end(), {"--state-dir", (root_ / "state").string()});
    return words;
  }

private:
  fs::path troupe_;
  fs::path root_;
};

void show_call(std::string_view tool, const json& arguments) {
  constexpr std::size_t shown = 92;
  auto line = std::string(tool) + " " + print_json(arguments);
  if (line.size() > shown)
    line = line.substr(0, shown) + "…";
  std::printf("→ %s\n", line.c_str());
}

bool on_path(const std::string& program) {
  const auto* path = std::getenv("PATH");
  std::string_view left = path == nullptr ? "" : path;
  while (!left.empty()) {
    const auto end = std::min(left.find(':'), left.size());
    const auto file = std::string(left.substr(0, end)) + "/" + program;
    if (access(file.c_str(), X_OK) == 0)
      return true;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return false;
}

result<void> play(const stage& on, const std::optional<std::string>& prompt) {
  if (prompt && !on_path("claude"))
    return fail(
      errc::not_found,
      "there is no `claude` on PATH: install Claude Code, start it once to log in, "
      "then try again");
  auto at = client::connect(on.command({"mcp"}), show_call);
  if (!at)
    return fail(std::move(at.error()));
  return prompt ? play_claude(*at, *prompt) : play_workers(*at, on.directory());
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const bool claude = words.size() == 2 && words[0] == "--claude";
  if (!words.empty() && !claude) {
    std::fprintf(stderr, "usage: troupe-demo [--claude PROMPT]\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const auto troupe = fs::canonical("/proc/self/exe").parent_path() / "troupe";
  const stage on(troupe);
  if (!on.ready()) {
    std::fprintf(stderr, "troupe-demo: no temporary directory can be made\n");
    return 1;
  }
  const auto played = play(on, claude ? std::optional(words[1]) : std::nullopt);
  if (!played) {
    std::fprintf(stderr, "troupe-demo: %s\n", played.error().message.c_str());
    return 1;
  }
  std::printf(
    "\nTo have it in Claude Code:\n  claude mcp add troupe -- %s mcp\n",
    troupe.c_str());
  return 0;
}
