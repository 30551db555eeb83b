#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/servers.hpp"

#include <array>
#include <filesystem>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::stress {

namespace {

class node_server final : public mcp_server {
public:
  node_server(std::string node, std::string modules, json views)
    : node_(std::move(node)), modules_(std::move(modules)), views_(std::move(views)) {}

  ~node_server() override { stop(); }

  http_endpoint start() override {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      give_up("no pair of sockets");
    link_ = keeper::descriptor(ends[0]);
    const keeper::descriptor theirs(ends[1]);
    server_ = started("http", theirs.get());
    std::string line;
    for (char byte = 0; read(link_.get(), &byte, 1) == 1 && byte != '\n';)
      line += byte;
    const auto about = must(parse_json(line));
    name_ = about.at("name");
    return {.port = about.at("port").get<std::uint16_t>(), .authorization = {}};
  }

  void stop() override {
    if (!link_)
      return;
    link_.reset();
    ended(server_);
  }

  [[nodiscard]] bool is_modern() const override { return false; }

  [[nodiscard]] std::string name() const override { return name_; }

  std::vector<std::string> runs(int) override {
    std::vector<std::string> ids;
    for (const auto& view : views_)
      ids.push_back(view.at("run_id"));
    return ids;
  }

  [[nodiscard]] json views() const override { return views_; }

  void change(std::size_t which) override {
    const auto line = std::to_string(which) + "\n";
    if (write(link_.get(), line.data(), line.size()) < 0)
      give_up("the SDK's server is gone");
  }

  [[nodiscard]] std::vector<int> processes() const override { return {server_.pid}; }

  [[nodiscard]] starter over_stdio() const override {
    return [this](int socket) { return started("stdio", socket); };
  }

private:
  [[nodiscard]] keeper::launched started(const char* how, int socket) const {
    auto child = keeper::start(
      {.program = node_,
       .argv = {"node", TROUPE_SDK_SERVER, modules_, print_json(views_), how},
       .env = keeper::own_environment(),
       .cwd = {},
       .stdio = {socket, socket, STDERR_FILENO},
       .handed = {}});
    if (!child)
      give_up("cannot start " + node_);
    return std::move(*child);
  }

  std::string node_;
  std::string modules_;
  json views_;
  std::string name_;
  keeper::descriptor link_;
  keeper::launched server_;
};

} // namespace

result<std::unique_ptr<mcp_server>> sdk_server(const plan& how, const json& views) {
  const auto modules = how.peers + "/npm";
  if (!std::filesystem::exists(modules + "/node_modules/@modelcontextprotocol/sdk"))
    return fail(
      errc::not_found,
      "not there: scripts/install-deps --bench installs the SDK below " + modules);
  auto node = keeper::find_program("node", keeper::own_environment(), "/");
  if (!node)
    return fail(std::move(node.error()));
  return std::make_unique<node_server>(std::move(*node), modules, views);
}

} // namespace troupe::stress
