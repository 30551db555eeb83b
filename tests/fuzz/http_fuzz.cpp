#include "mcp/http_clients.hpp"
#include "mcp/http_guard.hpp"

#include <cstdlib>
#include <set>

namespace {

using namespace troupe;
using namespace troupe::mcp;

void require(bool holds) {
  if (!holds)
    std::abort();
}

/// A head of lines `name: value` up to an empty one, then the body.
http_request read(std::string_view text) {
  constexpr std::string_view methods[] = {"POST", "GET", "DELETE"};
  http_request r;
  r.head.method = methods[text.empty() ? 0 : static_cast<unsigned char>(text[0]) % 3];
  r.head.target = "/mcp";
  text.remove_prefix(std::min<std::size_t>(text.size(), 1));
  while (!text.empty() && text[0] != '\n') {
    const auto line = text.substr(0, text.find('\n'));
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos)
      r.head.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  r.body = text.substr(std::min<std::size_t>(text.size(), 1));
  return r;
}

/// What the transport and the gateway hold of what they were told.
struct outside {
  std::set<exchange_id> open;
  std::set<exchange_id> streams;
  std::set<std::uint64_t> clients;

  void obey(const http_acts& acts) {
    for (const auto& act : acts)
      std::visit([this](const auto& one) { take(one); }, act);
  }
  void take(const answer_exchange& a) {
    require(open.erase(a.to) == 1 && !streams.contains(a.to));
    require(a.what.status >= 200 && a.what.status < 600);
  }
  void take(const open_stream& a) {
    require(open.contains(a.to) && streams.insert(a.to).second);
  }
  void take(const send_events& a) {
    require(streams.contains(a.to) && a.text.ends_with("\n\n"));
  }
  void take(const end_stream& a) {
    require(streams.erase(a.to) == 1 && open.erase(a.to) == 1);
  }
  void take(const client_in& a) { require(clients.insert(a.client).second); }
  void take(const line_in& a) { require(clients.contains(a.client)); }
  void take(const client_out& a) { require(clients.erase(a.client) == 1); }
};

} // namespace

/// Requests parted by NUL, with a session begun first; each is answered by its client
/// at once, late, or never. No exchange is answered twice, no stream used before it is
/// open, and what ends is forgotten.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  http_clients subject([] { return std::string("S"); });
  outside all;
  http_moment now{0};
  exchange_id last = 0;
  const auto ask = [&](const http_request& r) {
    static_cast<void>(refusal_of(r.head, {.token = "secret"}));
    all.open.insert(++last);
    all.obey(subject.ask(last, r, {}, now));
  };
  http_request hello{
    .head = {.method = "POST", .target = "/mcp", .fields = {}}, .body = {}};
  hello.body = R"({"jsonrpc":"2.0","id":0,"method":"initialize"})";
  ask(hello);
  all.obey(subject.say(
    *all.clients.begin(),
    R"({"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25"}})",
    "0",
    now));
  while (!text.empty()) {
    const auto one = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    ask(read(one));
    const auto whim = one.size() % 5;
    const std::string about = std::to_string(one.size() % 3);
    if (!all.clients.empty() && whim < 3)
      all.obey(subject.say(
        *all.clients.rbegin(),
        whim == 0   ? R"({"jsonrpc":"2.0","id":)" + about + R"(,"result":{}})"
        : whim == 1 ? std::string(R"({"jsonrpc":"2.0","method":"n"})")
                    : std::string("retry: 5"),
        about,
        now));
    if (whim == 3 && !all.open.empty()) {
      const auto gone = *all.open.begin();
      all.open.erase(gone);
      all.streams.erase(gone);
      all.obey(subject.hang_up(gone, now));
    }
    now += http_moment(1000);
    all.obey(subject.tick(now));
  }
  require(subject.waiting() == all.open.size());
  return 0;
}
