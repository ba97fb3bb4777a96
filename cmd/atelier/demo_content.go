package main

import "atelier/models"

// A demoChapter is what one of the two pretend chapters of "atelier demo" is
// filled with. The people and the clients are made up.
type demoChapter struct {
	Name, Handle, Sentence string
	Members                []demoMember
	Notes                  []demoNote
	Talks                  []demoTalk
}

type demoMember struct {
	Username, Name, Bio string
	Role                models.Role
	Face                demoFace // none: initials stand for it
	Ask, Town, Speaks   string   // in the directory: for everyone, for everyone, for members
}

// A demoNote is a practice note; Sections are in the order of its kind's form.
type demoNote struct {
	By       string
	Kind     models.PracticeKind
	Title    string
	Members  bool // for the members only
	Care     models.Confidentiality
	Sections []string
	Picture  *demoPicture
	Answers  []demoAnswer
	Tried    []demoTried
}

// A demoTried is what somebody tells who tried a note; By is as in an answer.
type demoTried struct {
	By      string
	Outcome models.Outcome
	Setting models.Setting
	Line    string
}

// A demoTalk is a discussion post and its answers; with a Question it is one.
// Helped is which of the answers helped, counted from one.
type demoTalk struct {
	By       string
	Text     string
	Answers  []demoAnswer
	Question string
	Helped   int
}

// A demoAnswer answers a note or a post. By may be somebody of the other
// chapter, written with @: the answer then travels.
type demoAnswer struct {
	By, Text string
}

var demoChapters = [2]demoChapter{{
	Name: "Harbour Coaches", Handle: "harbour", Sentence: "Coaches on the coast who write down what works, try it, and tell how it went.",
	Members: []demoMember{
		{"ana", "Ana Lindqvarn", "Executive coach. I work with people who have just been given a larger room than they asked for. Ask me about silence. #presence", models.President, demoFace{sea, shadow, skin, brick}, "Silence; first months in a larger role", "Port Selwyn", "English, Swedish"},
		{"tomas", "Tomas Berrigan", "Team coach, former ship's engineer. Ask me about handovers and about meetings that eat the day.", models.Steward, demoFace{sand, brick, skin, dusk}, "Handovers; meetings that eat the day", "Port Selwyn", "English, Irish"},
		{"ines", "Ines Okparo", "I coach teachers and heads of schools. Newly certified, not new to listening.", models.Ordinary, demoFace{moss, shadow, brown, sand}, "Heads of schools; getting certified late", "Ashmere", "English, Igbo"},
		{"wim", "Wim Dasselaar", "Thirty years of groups. Supervision, slow questions, bad puns.", models.Ordinary, demoFace{dusk, paper, skin, moss}, "Supervision; groups that are stuck", "Ashmere", "English, Dutch"},
		{"ruth", "Ruth Ellingham", "Career changes after fifty. I collect first sentences.", models.Ordinary, demoFace{}, "Career changes after fifty", "Port Selwyn", "English"},
	},
	Notes: []demoNote{
		{By: "ana", Kind: models.Approach, Title: "Checking in when a client goes quiet", Care: models.Composite, Sections: []string{
			"Somewhere around the third or fourth session a client who has been talking freely stops. The answers get shorter. Nothing has gone wrong that either of you could name, and the temptation is to be more interesting.",
			"A silence belongs to two people but feels like the coach's fault. In a first session it often *is* plain shyness. Later it tends to mean one of three things: the client has reached something, is hiding something, or has had enough. From outside these look the same.",
			"1. Say what you see, once, without a question mark: \"It has become quieter between us since the autumn.\"\n2. Offer the silence on purpose: three minutes of it together, with a clock where both can see it.\n3. Keep the three minutes. Look at the table rather than at the person.\n4. Then one question about the silence itself: \"What was in there?\"",
			"It helps when the next sentence is longer than the last ten. Stop if the client starts to perform calm for you: that is another conversation.",
			"Used with about a dozen clients since the spring, mostly one-to-one and twice with a pair. #presence #silence",
		}, Picture: &demoPicture{2, "Two chairs beside a window; on the sill a clock that both can see.", windowPicture}, Tried: []demoTried{
			{"tomas", models.Helped, models.OneToOne, "Three minutes felt like ten, and were worth it."},
			{"ruth", models.Mixed, models.OneToOne, "It helped with one client. The other took it for a test."},
			{"wim", models.Adapted, models.WithGroup, "With a group of six I make it two minutes."},
		}, Answers: []demoAnswer{
			{"@maren", "We tried the three minutes in our peer group last week. The clock made all the difference: nobody had to wonder who would end it."},
			{"ana", "That is good to hear. Where did you put the clock?"},
			{"@maren", "On the window sill, so that looking at it meant looking outside."},
		}},
		{By: "tomas", Kind: models.Tool, Title: "The handover in five sentences", Sections: []string{
			"For teams where work changes hands often and every handover turns into a meeting. Take something else when there is real disagreement about what the work is.",
			"1. Where I stopped.\n2. What I would do next.\n3. What I am not sure about.\n4. Who is waiting.\n5. What nobody must touch.\n\nSpoken aloud, one sentence each, the other repeats the fifth.",
			"Four minutes for two people. A card with the five lines, or nothing at all once they are known.",
			"People add a sixth sentence. Let them once, then ask which of the five it belongs to.",
		}, Tried: []demoTried{
			{"ines", models.Helped, models.WithTeam, "In a staff room, between two bells."},
			{"@jonas", models.Helped, models.WithTeam, "On the night shift, standing."},
		}, Answers: []demoAnswer{
			{"@jonas", "Our night shift uses it since Monday. Sentence three is the one they argue about, in a good way. #teams"},
			{"wim", "It works for handing over a coaching client, too, with permission."},
		}},
		{By: "ines", Kind: models.Experience, Title: "The session that ended after ten minutes", Care: models.Disguised, Sections: []string{
			"A head teacher arrived, sat down, said \"I know what to do now\" and was right. We had booked an hour. I could feel myself reaching for the next question.",
			"My hand was on my notebook before she had finished. The notebook was for me, not for her.",
			"Ask \"Is there anything you want to do with the rest of the time?\" and mean it. She wanted to sit in the garden. I would leave out the apologetic smile.",
		}, Answers: []demoAnswer{{"ruth", "The apologetic smile! I have the same one. Thank you for this."}}},
		{By: "wim", Kind: models.Story, Title: "The chair by the window", Care: models.Agreed, Sections: []string{
			"A supervision group of six, every second Thursday, always the same seats. The chair by the window belonged to a man who mostly listened.",
			"When he was away we left it empty, and found that everybody spoke towards it. The next time, we told him. He was quiet for a while and said: \"Then I have been doing something.\"",
			"Listening has a place in a room, and the room knows it. I tell it to people who think that they contribute nothing.",
		}, Answers: []demoAnswer{{"@lio", "I read this to my own group. We all looked at the same chair."}}},
		{By: "ruth", Kind: models.Tool, Title: "Letter from the first day", Sections: []string{
			"For clients who know what they are leaving and not what they are going to. Not for somebody in the middle of a loss.",
			"Write a letter dated one year from now, on the evening of an ordinary Tuesday in the new work. No successes. What did you eat, whom did you talk to, what bored you? Read it aloud. Underline what you had not known you wanted.",
			"Thirty minutes, paper, a pen that pleases the writer.",
			"If the letter turns into a plan, ask for the weather on that Tuesday.",
		}},
		{By: "ana", Kind: models.Experience, Title: "I gave advice, and it was asked for", Care: models.Disguised, Sections: []string{
			"A client asked me three times what I would do. The third time I told her. She did it the same week.",
			"I had been so busy not giving advice that I had stopped hearing the question.",
			"Say: \"I have an opinion. Do you want it now, or after you have said yours?\" Nobody has chosen \"now\" yet, but they like to know that it is there.",
		}, Answers: []demoAnswer{{"@sefa", "We had a long evening about this one. Half of us envy you, half of us worry."}, {"ana", "I am in both halves."}}},
		{By: "tomas", Kind: models.Approach, Title: "When the loudest person is the client", Members: true, Care: models.Disguised, Sections: []string{
			"The person who hired you for the team takes most of the air in the room, and knows it only in theory.",
			"You are paid by the one who would have to change first. Saying it in front of the team costs too much; saying it in private costs the session.",
			"Agree on a sign before the session, a small and slightly silly one. We had a paper boat on the table: whoever needs room turns it. The first turn must be yours, and against yourself.",
			"It works as long as the boat is funny. Put it away when it becomes a weapon.",
			"Two leadership teams, one of them mine.",
		}},
		{By: "ines", Kind: models.Tool, Title: "Two columns before the parents' evening", Sections: []string{
			"For teachers before a hard conversation: to part what they saw from what they concluded.",
			"Left column: what a camera would have recorded. Right column: what I think it means. Read only the left column aloud. Then ask what the parents would write in the right one.",
			"Ten minutes and a sheet of paper folded lengthwise.",
			"Some people need the right column first. Let them fill it, then fold it away.",
		}, Picture: &demoPicture{1, "A sheet folded lengthwise: many lines in the left column, few in the right one.", columnsPicture}, Tried: []demoTried{
			{"tomas", models.Helped, models.WithTeam, "The left column ended an argument that was a year old."},
			{"ana", models.DidNotFit, models.OneToOne, "My client filled the right column twice, and only that."},
		}, Answers: []demoAnswer{{"@jonas", "Works for engineers too. We call it log and guess."}}},
		{By: "wim", Kind: models.Approach, Title: "Ending a group that does not want to end", Sections: []string{
			"The work was done two meetings ago and everybody keeps coming, you included.",
			"Ending feels like a judgement. Nobody wants to be the one who says that it was enough.",
			"Set the last date before you need it, at the first meeting. When it comes, do not sum up: let each person give one thing back that they borrowed here, a phrase, a habit, a joke.",
			"If somebody proposes \"just a reunion\", agree on a date a year away, and see.",
			"Every group since 2009.",
		}, Answers: []demoAnswer{{"@maren", "Giving something back, instead of taking something away. I will steal that."}}},
		{By: "ruth", Kind: models.Story, Title: "Forty-one applications", Care: models.Agreed, Sections: []string{
			"He came with a folder: forty-one applications, forty-one refusals, in order.",
			"We did not read them. I asked which of the forty-one jobs he would have been sorry to get. He sorted for a long time, and kept four.",
			"He wrote to those four again, a different letter, about what he had learnt from being refused. Two answered. I still think about the thirty-seven.",
		}},
		{By: "ana", Kind: models.Tool, Title: "Three chairs, one decision", Sections: []string{
			"To decide between two things when the head has finished and the rest has not.",
			"One chair for each choice and one for the person who has to live with it. Sit in the third first. Then the others, five minutes each, speaking only in the present tense. End in the third, and say nothing for a minute.",
			"Half an hour, three chairs that are not the same.",
			"With people who act well: ask them to do it once in a bored voice.",
		}, Picture: &demoPicture{1, "Three chairs that are not the same: a red one, a green stool, a blue armchair.", chairsPicture}, Tried: []demoTried{
			{"ruth", models.Helped, models.OneToOne, "The third chair did it."},
		}, Answers: []demoAnswer{{"@lio", "Different chairs matter more than I thought. Ours were all the same and so were the answers."}, {"ines", "I use stones on a table with children. Same idea."}}},
		{By: "ines", Kind: models.Experience, Title: "My first question that was too clever", Members: true, Care: models.Composite, Sections: []string{
			"I had prepared a question for days. It was a beautiful question. The client looked at me and said: \"Is that for me?\"",
			"It was not.",
			"I now write my questions down before a session and leave the paper in the car.",
		}},
	},
	Talks: []demoTalk{
		{By: "tomas", Question: "Who has coached a team where half are in the room and half on the screen?", Text: "I keep losing the screen after twenty minutes. #teams", Helped: 1, Answers: []demoAnswer{
			{"@jonas", "Put one of the people in the room on the screen, too, from the corridor if need be. It changes who is the guest."},
			{"tomas", "From the corridor! I will try it on Thursday and tell you."},
			{"ruth", "We gave each person on the screen a chair in the room, with their name on it. Silly, and it helped."},
		}},
		{By: "ruth", Text: "A first sentence I heard today: \"I have come to be told that it is too late.\" It was not.", Answers: []demoAnswer{{"wim", "Frame it."}, {"@sefa", "What did you say?"}, {"ruth", "Nothing for a while. Then: \"By whom?\""}}},
		{By: "ana", Text: "Our evening on silence is on Thursday at seven, in the room above the chandler's. Bring a question that you have not answered."},
		{By: "ines", Question: "How do you begin with somebody who was sent?", Text: "A head of school was told to see me. She is polite, and her coat stays on. #trust"},
	},
}, {
	Name: "Northlight Coaches", Handle: "northlight", Sentence: "A chapter of coaches in the long evenings, for whoever wants to get better at the work.",
	Members: []demoMember{
		{"maren", "Maren Solvik", "I coach leaders of small organisations, and chair our chapter this year. Ask me about endings.", models.President, demoFace{brick, sand, skin, dusk}, "Endings; boards that never end", "Nordhavn", "Swedish, English"},
		{"jonas", "Jonas Ahlgren", "Engineers, shift leaders, people with radios on their belts. Ask me about short meetings.", models.Steward, demoFace{sand, brown, skin, moss}, "Short meetings; coaching on shifts", "Nordhavn", "Swedish, English"},
		{"lio", "Lio Petrakova", "Group coach and choir singer. Most of what I know about groups I know from the second altos.", models.Ordinary, demoFace{sea, brick, skin, paper}, "Groups; voices", "Fjellby", "English, Bulgarian"},
		{"sefa", "Sefa Toumani", "Health professionals. I am interested in what tiredness says.", models.Ordinary, demoFace{moss, shadow, brown, brick}, "Tiredness; teams in health care", "Fjellby", "English, Samoan"},
		{"per", "Per Holmqvist", "Newly trained. Reading everything.", models.Ordinary, demoFace{}, "Being new at this", "Nordhavn", "Swedish"},
	},
	Notes: []demoNote{
		{By: "maren", Kind: models.Approach, Title: "When the board wants a coach for somebody else", Care: models.Composite, Sections: []string{
			"The call comes from the chair of a board: the director needs coaching. The director has not heard of it.",
			"Everybody hopes that you will carry the message in. If you do, you are the message.",
			"Ask for a meeting of all three before there is an agreement. Say in it, once, what the chair told you on the telephone. Then ask both what each would notice first if the work went well. Write that down as the contract, in their words.",
			"If the chair cannot say it with the director in the room, the coaching would have been about the chair.",
			"Five times. Twice it ended at the first meeting, rightly. #agreements",
		}, Answers: []demoAnswer{{"@ana", "\"You are the message\" is going on my wall."}, {"jonas", "The contract in their words saved me last month."}}},
		{By: "jonas", Kind: models.Tool, Title: "The standing question", Sections: []string{
			"For meetings that begin before anybody has arrived in them.",
			"Everyone stands. One question on the wall, the same every day: \"What will I not do today?\" One sentence each. Then sit, or go.",
			"Three minutes; a wall.",
			"After two weeks change the wall, not the question.",
		}, Picture: &demoPicture{1, "Four people stand in front of a sheet on the wall.", standingPicture}, Tried: []demoTried{
			{"maren", models.Helped, models.WithTeam, "Our meetings end earlier than they used to begin."},
			{"sefa", models.Adapted, models.WithTeam, "Nurses stand all day: we sat down for it."},
		}, Answers: []demoAnswer{{"@tomas", "My teams answer it better standing in the cold. #teams"}}},
		{By: "lio", Kind: models.Story, Title: "The second altos", Sections: []string{
			"In a choir the second altos hardly ever have the tune. For years I thought that this was bad luck.",
			"Then one evening half of us had the flu, and the whole choir went flat without knowing why.",
			"In every group I look for the second altos now: who carries the note that nobody hums on the way home? I thank them by name, and in front of the sopranos.",
		}, Picture: &demoPicture{0, "Three rows of singers; the middle row wears red.", choirPicture}, Answers: []demoAnswer{{"@wim", "My man by the window is a second alto."}, {"lio", "I knew it."}}},
		{By: "sefa", Kind: models.Experience, Title: "She fell asleep", Care: models.Agreed, Sections: []string{
			"A nurse, after a week of nights, fell asleep in the middle of my question. I let her sleep for twenty minutes.",
			"I wanted to be offended and was relieved. We were both tired, and one of us had said so.",
			"Ask about sleep before asking about anything else. And I would put a blanket in the room; I have one now.",
		}, Answers: []demoAnswer{{"@ines", "The blanket says more than my whole introduction."}}},
		{By: "per", Kind: models.Experience, Title: "Being watched while I learn", Members: true, Care: models.NoClient, Sections: []string{
			"My first recorded session for the mentor. I coached the camera for half an hour.",
			"My voice was higher than usual, and I nodded so much that I looked like a toy.",
			"Turn the screen so that I cannot see myself. Tell the client that I am nervous; she laughed, and we began.",
		}},
		{By: "jonas", Kind: models.Approach, Title: "Feedback that has to be given on the shop floor", Sections: []string{
			"Something went wrong, the machine is loud, and the talk cannot wait for a room.",
			"Everybody can see it, so everybody plays to everybody.",
			"Stand side by side, both looking at the machine. Name the moment, not the person: \"At the second valve.\" Ask for the next move. Leave first.",
			"Hands that go into pockets. Then it is too early for the next move; ask what was heard.",
			"Daily, on three sites. #feedback",
		}, Answers: []demoAnswer{{"@tomas", "Side by side is how engineers say that they like you."}}},
		{By: "maren", Kind: models.Tool, Title: "A calendar of endings", Sections: []string{
			"For leaders who start everything and close nothing.",
			"List what you began in the last two years. Beside each thing write the date on which it ended, or will. Most dates will be missing: choose three, and put them into the real calendar, with the people who should be there.",
			"An hour, the real calendar.",
			"It can get sad. That is often the point; leave time.",
		}, Answers: []demoAnswer{{"@wim", "I would like this on prescription."}}},
		{By: "lio", Kind: models.Tool, Title: "One breath before the round", Sections: []string{
			"To make a check-in round shorter and truer.",
			"Before anybody speaks, the whole circle breathes in and out together, once, loudly. Then the round. No reasons given.",
			"Ten seconds.",
			"Do not explain it. Explaining takes longer than breathing.",
		}, Tried: []demoTried{
			{"per", models.Mixed, models.WithGroup, "The breath was fine. Then I explained it."},
		}},
		{By: "sefa", Kind: models.Approach, Title: "Coaching somebody who is really ill", Care: models.Composite, Sections: []string{
			"In the second session it becomes clear that the tiredness is not about work.",
			"You are not a doctor, and you are the first one who listened.",
			"Say what you notice and what you are not: \"I am your coach, and I would feel better if a doctor had looked at this.\" Agree on when. Do not go on as if nothing had been said; do not stop either, unless asked to.",
			"Notice if you start to prefer the illness to the goals. It is more interesting, and it is not yours.",
			"Four times in six years. Supervision each time. #ethics",
		}, Answers: []demoAnswer{{"@ana", "Thank you for \"and what you are not\"."}}},
		{By: "per", Kind: models.Tool, Title: "My three index cards", Sections: []string{
			"For nervous beginners, of whom I am one.",
			"Card one: the last sentence the client said. Card two: what I feel like doing. Card three: what I do instead. I fill them after each session, not during.",
			"Five minutes, three cards.",
			"After a month read all the second cards in a row. I did not enjoy it, and it helped.",
		}, Tried: []demoTried{
			{"lio", models.Reframed, "", "I read my second cards aloud to my mentor. We both laughed, then we did not."},
			{"maren", models.Helped, models.OneToOne, ""},
		}, Answers: []demoAnswer{{"@ruth", "Thirty years in and I have just bought index cards."}}},
		{By: "maren", Kind: models.Story, Title: "The director who wrote postcards", Care: models.Agreed, Sections: []string{
			"She led sixty people in nine places and knew that she was a rumour to most of them.",
			"She began to write one postcard a week, by hand, to one person, about one thing that she had noticed. After a year somebody showed her a wall of them.",
			"\"Nobody answered,\" she said, \"and everybody kept them.\" I think of it whenever somebody asks me for a communication strategy.",
		}},
		{By: "sefa", Kind: models.Experience, Title: "Saying no to a referral", Members: true, Care: models.Disguised, Sections: []string{
			"A colleague sent me a client whom I know from the choir. I said no in one sentence, and then explained for ten minutes.",
			"The explanation was for my colleague's face.",
			"One sentence, then a name of somebody else. I have a list now.",
		}},
	},
	Talks: []demoTalk{
		{By: "lio", Question: "How do you end a round in which the last person said the heavy thing?", Text: "A question for the singers, and the others. #groups", Helped: 1, Answers: []demoAnswer{
			{"@wim", "I thank the last one, and start a second round with a lighter question at the same person's left."},
			{"maren", "Stay a moment. Then the one breath, together."},
			{"lio", "A second round. Of course. Thank you both."},
		}},
		{By: "per", Question: "How do you know that three minutes are over without looking at the clock?", Text: "I have read all the notes about silence, here and at Harbour. I look every ten seconds.", Answers: []demoAnswer{
			{"@ana", "Put the clock behind the client, and trust it."},
			{"@wim", "Count the client's breaths, not yours."},
			{"per", "I will try both and write it up."},
		}},
		{By: "jonas", Question: "Does anybody remember who made the short film on meetings?", Text: "The one that we talked about is not where it was. #teams"},
		{By: "maren", Text: "The kettle in our room is mended. Thank you, whoever it was."},
	},
}}
