#include "agents/attachments.hpp"
#include "agents/pieces.hpp"
#include "agents/turns.hpp"

#include <gmock/gmock.h>

namespace troupe::agents::attached {

namespace {

using testing::HasSubstr;

message_part file(std::optional<std::string> type) {
  return {
    .type = part_type::file, .bytes_base64 = "AAAA", .mime_type = std::move(type)};
}

message_part text(std::string words) {
  return {.type = part_type::text, .text = std::move(words)};
}

std::string wrong(std::string_view backend, std::optional<std::string> type) {
  return wrong_with_files(
           *find_backend(backend), {.parts = {text("look"), file(std::move(type))}})
    .value_or("taken");
}

TEST(Attachments, GoWhereThereIsAPlaceForThem) {
  struct row {
    std::string_view backend;
    std::string_view image;
    std::string_view pdf;
    std::string_view other;
  };
  constexpr std::array table{
    row{"acp", "taken", "taken", "taken"},
    row{"claude_code", "taken", "taken", "parts[1]: claude_code takes images"},
    row{"codex", "taken", "parts[1]: codex takes images", "parts[1]: codex takes"},
    row{"codex_exec", "takes no bytes", "takes no bytes", "takes no bytes"},
    row{"process", "taken", "taken", "taken"},
    row{"remote_a2a", "taken", "taken", "taken"}};

  ASSERT_EQ(table.size(), backend_types().size());
  for (const auto& [backend, image, pdf, other] : table) {
    EXPECT_THAT(wrong(backend, "image/png"), HasSubstr(image)) << backend;
    EXPECT_THAT(wrong(backend, "application/pdf"), HasSubstr(pdf)) << backend;
    EXPECT_THAT(wrong(backend, "text/csv"), HasSubstr(other)) << backend;
  }
}

TEST(Attachments, NeedTheirTypeWhereItDecides) {
  EXPECT_THAT(wrong("codex", std::nullopt), HasSubstr("and needs mime_type"));
  EXPECT_EQ(wrong("process", std::nullopt), "taken");
}

TEST(Attachments, ThatAreNamedGoEverywhere) {
  const message_part link{.type = part_type::file, .uri = "file:///a.zip"};

  for (const auto& backend : backend_types())
    EXPECT_FALSE(wrong_with_files(backend, {.parts = {link}})) << backend.name;
}

TEST(Pieces, AreWordsWithFilesBetweenThem) {
  auto picture = file("image/png");
  picture.name = "a.png";
  const agent_message m{
    .parts = {
      text("one"), picture, text("two"), {.type = part_type::file, .uri = "u"}}};

  const auto pieces = pieces_of(m, has_bytes);

  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].text, "one\n\nAttached file: a.png (image/png)");
  EXPECT_EQ(pieces[1].file, &m.parts[1]);
  EXPECT_EQ(pieces[2].text, "two\n\nAttached file: unnamed, u");
}

TEST(Pieces, OfWordsAreOne) {
  const auto pieces = pieces_of(text_message("go"), has_bytes);

  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].text, "go");
  EXPECT_EQ(pieces[0].file, nullptr);
}

TEST(WaitingTurns, AreFullOfWhatIsLargeSooner) {
  waiting_turns waiting;
  const auto large = text_message(std::string(waiting_turns::bytes_max / 2, 'x'));

  EXPECT_TRUE(waiting.push(large));
  EXPECT_TRUE(waiting.push(large));
  EXPECT_FALSE(waiting.push(text_message("more")));
  EXPECT_EQ(waiting.pop(), large);
  EXPECT_TRUE(waiting.push(text_message("more")));
}

} // namespace
} // namespace troupe::agents::attached
