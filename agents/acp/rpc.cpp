#include "agents/acp/rpc.hpp"

#include <utility>

namespace troupe::agents::acp {

namespace {

void say(json message, step& out) {
  message["jsonrpc"] = "2.0";
  out.lines.push_back(print_json(message));
}

} // namespace

void rpc::ask(question what, std::string_view method, json params, step& out) {
  const auto id = asked_++;
  open_.emplace(id, what);
  say({{"id", id}, {"method", method}, {"params", std::move(params)}}, out);
}

std::optional<question> rpc::answered(const json& line) {
  const auto id = number_in(line, "id");
  const auto found = id ? open_.find(*id) : open_.end();
  if (found == open_.end())
    return {};
  const auto what = found->second;
  open_.erase(found);
  return what;
}

void rpc::notify(std::string_view method, json params, step& out) {
  say({{"method", method}, {"params", std::move(params)}}, out);
}

void rpc::answer(const json& id, json result, step& out) {
  say({{"id", id}, {"result", std::move(result)}}, out);
}

void rpc::refuse(const json& id, int code, std::string_view message, step& out) {
  say({{"id", id}, {"error", {{"code", code}, {"message", message}}}}, out);
}

} // namespace troupe::agents::acp
