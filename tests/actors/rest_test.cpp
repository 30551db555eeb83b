#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

/// What lives on when the main process of an agent has ended.
struct the_rest : one_run {
  std::string left_by(const json& backend, std::optional<std::string> oom = {}) {
    const auto id = start(backend);
    spawned(id);
    outside.tell(
      key(id),
      keeper::exited_report{
        .key = key(id), .code = 0, .tree_empty = false, .oom = std::move(oom)});
    settle();
    return id;
  }

  [[nodiscard]] std::size_t kills() const {
    return ordered<keeper::kill_order>().size();
  }

  const json acp{{"backend", "acp"}, {"backend_config", {{"command", {"an-agent"}}}}};
};

TEST_F(the_rest, OfAPlainProcessIsEndedAtOnce) {
  left_by(json::object());
  EXPECT_EQ(kills(), 1u);
}

TEST_F(the_rest, OfAnAgentThatMayStandBeforeAnotherHasATimeToEndByItself) {
  left_by(acp);
  advance(ms(1'999));
  EXPECT_EQ(kills(), 0u);

  advance(ms(1));
  EXPECT_EQ(kills(), 1u);
}

TEST_F(the_rest, IsNotEndedWhereItHas) {
  const auto id = left_by(acp);
  vanishes(id);
  advance(ms(10'000));

  EXPECT_EQ(kills(), 0u);
}

TEST_F(the_rest, IsEndedAtOnceWhereMemoryRanOut) {
  left_by(acp, "proved");
  EXPECT_EQ(kills(), 1u);
}

} // namespace
} // namespace troupe
