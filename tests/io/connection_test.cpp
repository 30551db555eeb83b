#include "io/clients.hpp"

#include "door.hpp"

#include <gmock/gmock.h>

namespace troupe::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// One client, through `clients`, which is how connections are made.
struct Connection : door {};

TEST_F(Connection, SaysLinesAndGetsAnswersInOrder) {
  client_id who = 0;
  auto client = connect(who);

  client.say("one\ntw");
  client.say("o\r\nthree\n");
  EXPECT_THAT(lines(3), ElementsAre("one", "two", "three"));
  for (int i = 0; i < 200; ++i)
    subject.send(who, "answer " + std::to_string(i));

  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(client.line(), "answer " + std::to_string(i));
}

TEST_F(Connection, TakesAnAnswerLargerThanTheSocketHolds) {
  client_id who = 0;
  auto client = connect(who);
  const std::string large(8 * 1024 * 1024, 'x');

  subject.send(who, large);
  subject.send(who, "after");

  EXPECT_EQ(client.line(), large);
  EXPECT_EQ(client.line(), "after");
}

TEST_F(Connection, HasALineThatIsTooLongCutAndTheNextOneWhole) {
  client_id who = 0;
  const auto client = connect(who);

  client.say(std::string(clients::line_bytes_max + 10, 'x'));
  client.say("\nnext\n");

  const auto got = said.take(2);
  EXPECT_EQ(got[0].line.size(), clients::line_bytes_max);
  EXPECT_TRUE(got[0].cut);
  EXPECT_EQ(got[1].line, "next");
  EXPECT_FALSE(got[1].cut);
}

TEST_F(Connection, IsNotReadBeyondSixteenUnacknowledgedLines) {
  client_id who = 0;
  const auto client = connect(who);
  std::string forty;
  for (int i = 0; i < 40; ++i)
    forty += std::to_string(i) + "\n";

  client.say(forty);
  EXPECT_EQ(lines(16).back(), "15");
  settle();
  EXPECT_TRUE(said.take_all().empty());
  const auto filled = client.fill(std::string(4096, 'x') + "\n");

  EXPECT_LT(filled, 2U * 1024 * 1024);
  subject.acknowledge(who);
  EXPECT_THAT(lines(1), ElementsAre("16"));
  settle();
  EXPECT_TRUE(said.take_all().empty());
  subject.acknowledge(who, 16);
  EXPECT_EQ(lines(16).back(), "32");
}

TEST_F(Connection, ThatNeverReadsIsDropped) {
  client_id who = 0;
  auto client = connect(who);

  for (int i = 0; i < 20; ++i)
    subject.send(who, std::string(1024 * 1024, 'x'));

  const auto gone = left.next();
  EXPECT_EQ(gone.who, who);
  EXPECT_EQ(gone.why, "did not read its answers");
  while (client.line().size() == 1024 * 1024) {
  }
  EXPECT_TRUE(client.ends());
}

TEST_F(Connection, SaysAllItsLinesBeforeItLeaves) {
  client_id who = 0;
  auto client = connect(who);
  std::string twenty;
  for (int i = 0; i < 20; ++i)
    twenty += std::to_string(i) + "\n";

  client.say(twenty + "unfinished");
  client.close();
  EXPECT_EQ(lines(16).size(), 16U);
  EXPECT_TRUE(left.take_all().empty());
  subject.acknowledge(who, 16);

  EXPECT_THAT(lines(4), ElementsAre("16", "17", "18", "19"));
  EXPECT_EQ(left.next().why, "closed");
  settle();
  EXPECT_TRUE(said.take_all().empty());
}

TEST_F(Connection, ThatClosesBeforeItsAnswerSaysTheRestFirst) {
  client_id who = 0;
  auto client = connect(who);
  std::string lot;
  for (int i = 0; i < 17; ++i)
    lot += std::string(8 * 1024, static_cast<char>('a' + i)) + "\n";
  client.say(lot);
  EXPECT_EQ(lines(16).size(), 16U);

  client.close();
  subject.send(who, "nobody hears this");
  settle();
  EXPECT_TRUE(left.take_all().empty());
  subject.acknowledge(who, 16);

  EXPECT_EQ(lines(1).front(), std::string(8 * 1024, 'q'));
  EXPECT_THAT(left.next().why, HasSubstr("cannot be written to: "));
  settle();
  EXPECT_TRUE(left.take_all().empty());
}

TEST_F(Connection, ThatNoLongerListensLeaves) {
  client_id who = 0;
  const auto client = connect(who);

  client.shut(SHUT_RD);
  subject.send(who, "nobody hears this");

  EXPECT_THAT(left.next().why, HasSubstr("cannot be written to: "));
}

TEST_F(Connection, ThatSaysNothingMoreStillGetsItsAnswers) {
  client_id who = 0;
  auto client = connect(who);

  client.say("question\n");
  client.shut(SHUT_WR);
  EXPECT_THAT(lines(1), ElementsAre("question"));
  EXPECT_EQ(left.next().why, "closed");
  subject.send(who, "answer");
  EXPECT_EQ(client.line(), "answer");
  subject.send(who, "another");
  subject.close(who);

  EXPECT_EQ(client.line(), "another");
  EXPECT_TRUE(client.ends());
  EXPECT_TRUE(left.take_all().empty());
}

TEST_F(Connection, IsClosedAfterWhatWasSentBefore) {
  client_id who = 0;
  auto client = connect(who);
  const std::string large(2 * 1024 * 1024, 'x');

  subject.send(who, large);
  subject.close(who);
  subject.send(who, "too late");

  EXPECT_EQ(client.line(), large);
  EXPECT_TRUE(client.ends());
  settle();
  EXPECT_TRUE(left.take_all().empty());
}

} // namespace
} // namespace troupe::io
