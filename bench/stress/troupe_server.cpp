#include "bench/stress/agents.hpp"
#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/servers.hpp"
#include "cli/http_url.hpp"
#include "keeper/files.hpp"

#include <csignal>

namespace troupe::stress {

namespace {

constexpr std::string_view with_http = "http: {address: \"127.0.0.1:0\"}\n";

class daemon_server final : public mcp_server {
public:
  explicit daemon_server(const plan& how) : at_(how.troupe, with_http) {}

  http_endpoint start() override {
    at_.start();
    const auto place = cli::read_http_place(at_.state());
    if (!place || place->problem || !place->token_file)
      give_up("the daemon serves no HTTP: see " + at_.state() + "/daemon.log");
    const auto token = keeper::read_file(*place->token_file);
    if (!token)
      give_up("cannot read " + *place->token_file);
    return {
      .port = static_cast<std::uint16_t>(
        std::stoi(place->url.substr(place->url.rfind(':') + 1))),
      .authorization = "Bearer " + token->substr(0, token->find('\n'))};
  }

  void stop() override { ended(at_.run({"daemon", "stop"})); }

  [[nodiscard]] bool is_modern() const override { return true; }

  [[nodiscard]] std::string name() const override { return "troupe " TROUPE_VERSION; }

  std::vector<std::string> runs(int count) override {
    client door(at_.socket());
    ids_ = spawn_many(
      door, process_run(announcer()), static_cast<std::size_t>(count), in_flight);
    for (const auto& id : ids_) {
      std::uint64_t seq = 0;
      agents_.push_back(next_announcement(door, id, seq).pid);
    }
    return ids_;
  }

  [[nodiscard]] json views() const override {
    client door(at_.socket());
    json all = json::array();
    for (const auto& id : ids_)
      all.push_back(door.call("get_run", {{"run_id", id}}));
    return all;
  }

  void change(std::size_t which) override { kill(agents_.at(which), SIGUSR1); }

  [[nodiscard]] std::vector<int> processes() const override { return at_.processes(); }

  [[nodiscard]] starter over_stdio() const override {
    return [this](int socket) { return at_.run({"mcp"}, socket, socket); };
  }

private:
  daemon at_;
  std::vector<std::string> ids_;
  std::vector<int> agents_;
};

} // namespace

std::unique_ptr<mcp_server> troupe_server(const plan& how) {
  return std::make_unique<daemon_server>(how);
}

} // namespace troupe::stress
