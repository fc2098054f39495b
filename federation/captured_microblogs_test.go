package federation

// fromMicroblogs has those of programs for short messages that people write to each other.
var fromMicroblogs = []software{
	{"Mastodon 4.6", "mastodon", []captured{
		{name: "follow", quirk: "an id that cannot be looked up; actors with numbers for names", learned: []string{
			"+ Follow of us: follows",
			`+ actor /ap/users/11501: "Ada :heart_coop:", ada@mastodon.example, told at /inbox, page /@ada`,
			"+ follower /ap/users/11501",
		}},
		{name: "create-reply", quirk: "a content warning, custom emoji as text, signature of Linked Data, empty replies inside", learned: []string{
			"+ Create of /ap/users/11501/statuses/11609: shown",
			`+ answer /ap/users/11501/statuses/11609: by /ap/users/11501 to our post, 2025-09-01T10:00:00Z, page /@ada/11609, in en, behind "co-ops": <p><span><a href="us" …>@<span>sange</span></a></span> Good <a href="/tags/coops" …>#<span>coops</span></a> :heart_coop:</p>`,
			"+ answers: 1",
		}},
		{name: "update-reply", quirk: "another language, and the warning is gone: null", learned: []string{
			"+ Update of /ap/users/11501/statuses/11609: shown as edited",
			`= answer /ap/users/11501/statuses/11609: by /ap/users/11501 to our post, 2025-09-01T10:00:00Z, edited 2025-09-01T10:20:00Z, page /@ada/11609, in de: <p><span><a href="us" …>@<span>sange</span></a></span> Gut</p>`,
		}},
		{name: "like", quirk: "an id with a fragment", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "undo-like", quirk: "what is undone stands inside", learned: []string{
			"+ Undo Like of our post: not counted any more",
			"- likes",
		}},
		{name: "announce", quirk: "addressed to the author too", learned: []string{
			"+ Announce of our post: counted",
			"+ boosts: 1",
		}},
		{name: "undo-announce", quirk: "the same with atomUri", learned: []string{
			"+ Undo Announce of our post: not counted any more",
			"- boosts",
		}},
		{name: "quote-request", quirk: "the quoting note stands inside, with nulls", learned: []string{
			"+ QuoteRequest of our post: accepted",
		}},
		{name: "feature-request", quirk: "the collection is only named", learned: []string{
			"+ FeatureRequest of us: rejected",
		}},
		{name: "add-to-collection", quirk: "the item names whom it features", learned: []string{
			"+ Add of us: no effect",
		}},
		{name: "remove-from-collection", quirk: "the item is only named, so that nobody can tell that it was ours"},
		{name: "flag", quirk: "by the server's own actor, about an actor, a post and something of theirs; to is a string", learned: []string{
			"+ Flag of us: reported to the operators",
			`+ actor /actor: "", mastodon.example@mastodon.example, told at /inbox, page /about/more?instance_actor=true`,
			`+ report by /actor: "Not a co-op, I think" about us, our post, /ap/users/3`,
		}},
		{name: "delete-reply", quirk: "a Tombstone with atomUri", learned: []string{
			"+ Delete of /ap/users/11501/statuses/11609: forgotten",
			"- answer /ap/users/11501/statuses/11609",
			"- answers",
		}},
		{name: "update-actor", quirk: "the whole actor inside, which is not believed: it is looked up", shows: []string{"actor-renamed"}, learned: []string{
			`= actor /ap/users/11501: "Ada L.", ada@mastodon.example, told at /inbox, page /@ada`,
		}},
		{name: "move", quirk: "each actor names the other; to is a string", shows: []string{"actor-moved", "actor-new"}, learned: []string{
			"+ Move of /ap/users/11502: follows as lovelace@mastodon.example",
			`+ actor /ap/users/11502: "Ada L.", lovelace@mastodon.example, told at /inbox, page /@lovelace`,
			"+ follower /ap/users/11502",
			"- follower /ap/users/11501",
		}},
		{name: "block", quirk: "an id that cannot be looked up", learned: []string{
			"+ Block of us: follows no more",
			"- follower /ap/users/11502",
		}},
		{name: "undo-block", quirk: "of no effect: nobody follows again by themselves", learned: []string{
			"+ Undo Block of us: no effect",
		}},
	}},
	{"GoToSocial 0.20", "gotosocial", []captured{
		{name: "follow", quirk: "a key at an address of its own, which shows part of the actor; no shared inbox; to is a string", learned: []string{
			"+ Follow of us: follows",
			`+ actor /users/bo: "Bo", bo@gotosocial.example, told at /users/bo/inbox, page /@bo`,
			"+ follower /users/bo",
		}},
		{name: "create-reply", quirk: "to and tag without lists, interaction policies, both spellings of each", learned: []string{
			"+ Create of /users/bo/statuses/01K3ZQ7M6T2V0E4H0R8T7YJ3WA: shown",
			`+ answer /users/bo/statuses/01K3ZQ7M6T2V0E4H0R8T7YJ3WA: by /users/bo to our post, 2025-09-01T10:00:00Z, page /@bo/statuses/01K3ZQ7M6T2V0E4H0R8T7YJ3WA, in fr: <p><span><a href="us" …>@<span>sange</span></a></span> Bravo !</p>`,
			"+ answers: 1",
		}},
		{name: "update-reply", quirk: "the id has a fragment; bto is empty", learned: []string{
			"+ Update of /users/bo/statuses/01K3ZQ7M6T2V0E4H0R8T7YJ3WA: shown as edited",
			"= answer /users/bo/statuses/01K3ZQ7M6T2V0E4H0R8T7YJ3WA: by /users/bo to our post, 2025-09-01T10:00:00Z, edited 2025-09-01T10:05:00Z, page /@bo/statuses/01K3ZQ7M6T2V0E4H0R8T7YJ3WA, in fr: <p>Bravo encore !</p>",
		}},
		{name: "like", quirk: "to is a string", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "undo-like", quirk: "what is undone stands inside, without @context", learned: []string{
			"+ Undo Like of our post: not counted any more",
			"- likes",
		}},
		{name: "announce", quirk: "public by cc only", learned: []string{
			"+ Announce of our post: counted",
			"+ boosts: 1",
		}},
		{name: "like-request", quirk: "a type that nobody else has", learned: []string{
			"+ LikeRequest of our post: no effect",
		}},
		{name: "delete-reply", quirk: "the note is only named", learned: []string{
			"+ Delete of /users/bo/statuses/01K3ZQ7M6T2V0E4H0R8T7YJ3WA: forgotten",
			"- answer /users/bo/statuses/01K3ZQ7M6T2V0E4H0R8T7YJ3WA",
			"- answers",
		}},
		{name: "block", quirk: "to is a string", learned: []string{
			"+ Block of us: follows no more",
			"- follower /users/bo",
		}},
	}},
	{"Misskey 2026", "misskey", []captured{
		{name: "follow", quirk: "the actor has no name; sharedInbox stands twice", learned: []string{
			"+ Follow of us: follows",
			`+ actor /users/a1b2c3d4e5: "", cho@misskey.example, told at /inbox, page /@cho`,
			"+ follower /users/a1b2c3d4e5",
		}},
		{name: "like-with-emoji", quirk: "a Like with content and _misskey_reaction, and a custom emoji in tag", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "undo-like", quirk: "an id with /undo", learned: []string{
			"+ Undo Like of our post: not counted any more",
			"- likes",
		}},
		{name: "create-reply", quirk: "no contentMap; _misskey_content beside source", learned: []string{
			"+ Create of /notes/n1: shown",
			`+ answer /notes/n1: by /users/a1b2c3d4e5 to our post, 2025-09-01T10:00:00.123Z: <p><a href="us" …>@sange@coops.example</a><span> すごい<br>本当に</span></p>`,
			"+ answers: 1",
		}},
		{name: "create-quote", quirk: "a quote in _misskey_quote and quoteUrl, as RE: in the text, without a QuoteRequest", learned: []string{
			"+ Create of /notes/n2: named",
		}},
		{name: "create-specified", quirk: "to one actor only", learned: []string{
			"+ Create of /notes/n3: not public, not kept",
		}},
		{name: "announce", quirk: "public by to", learned: []string{
			"+ Announce of our post: counted",
			"+ boosts: 1",
		}},
		{name: "delete-reply", quirk: "a Tombstone with nothing but an id", learned: []string{
			"+ Delete of /notes/n1: forgotten",
			"- answer /notes/n1",
			"- answers",
		}},
		{name: "flag", quirk: "about one thing, not in a list; lines in the text", learned: []string{
			"+ Flag of us: reported to the operators",
			`+ report by /users/a1b2c3d4e5: "Note: our post ----- wrong place" about us`,
		}},
		{name: "undo-follow", quirk: "the Follow stands inside", learned: []string{
			"+ Undo Follow of us: follows no more",
			"- follower /users/a1b2c3d4e5",
		}},
	}},
	{"Akkoma 3", "akkoma", []captured{
		{name: "follow", quirk: "a state, empty bto and bcc; the context is on its own server; null for a birthday", learned: []string{
			"+ Follow of us: follows",
			`+ actor /users/dina: "Dina <3", dina@akkoma.example, told at /inbox`,
			"+ follower /users/dina",
		}},
		{name: "create-reply", quirk: "as:Public in cc, to is a string, a hashtag that is plain text in tag, sensitive is null, @language und", learned: []string{
			"+ Create of /objects/8d4973f4-53de-49cd-8c27-df160e16a9c2: shown",
			`+ answer /objects/8d4973f4-53de-49cd-8c27-df160e16a9c2: by /users/dina to our post, 2025-09-01T10:00:00.555Z, in nl: <span><a href="us" …>@<span>sange</span></a></span> Mooi &amp; &lt;goed&gt; <a href="/tag/coops" …>#coops</a>`,
			"+ answers: 1",
		}},
		{name: "update-reply", quirk: "the former text stands inside", learned: []string{
			"+ Update of /objects/8d4973f4-53de-49cd-8c27-df160e16a9c2: shown as edited",
			"= answer /objects/8d4973f4-53de-49cd-8c27-df160e16a9c2: by /users/dina to our post, 2025-09-01T10:00:00.555Z, edited 2025-09-01T10:06:00Z, in nl: Mooier",
		}},
		{name: "emoji-react", quirk: "EmojiReact, which counts as a like", learned: []string{
			"+ EmojiReact of our post: counted",
			"+ likes: 1",
		}},
		{name: "undo-emoji-react", quirk: "only its id", learned: []string{
			"+ Undo Like of our post: not counted any more",
			"- likes",
		}},
		{name: "announce", quirk: "as:Public in cc", learned: []string{
			"+ Announce of our post: counted",
			"+ boosts: 1",
		}},
		{name: "chat-message", quirk: "a ChatMessage, which mentions nobody and is addressed to one", learned: []string{
			"+ Create of /objects/chat-1: not public, not kept",
		}},
		{name: "flag", quirk: "a note inside the list, with its actor", learned: []string{
			"+ Flag of us: reported to the operators",
			`+ report by /users/dina: "spam" about us, our post`,
		}},
		{name: "delete-reply", quirk: "tag, conversation and attributedTo on the Delete", learned: []string{
			"+ Delete of /objects/8d4973f4-53de-49cd-8c27-df160e16a9c2: forgotten",
			"- answer /objects/8d4973f4-53de-49cd-8c27-df160e16a9c2",
			"- answers",
		}},
		{name: "undo-follow", quirk: "the Follow inside is accepted by now", learned: []string{
			"+ Undo Follow of us: follows no more",
			"- follower /users/dina",
		}},
	}},
	{"Lemmy 1", "lemmy", []captured{
		{name: "create-page", quirk: "a Page with a name, to a community and audience; the actor has no url", learned: []string{
			"+ Create of /post/7: named",
			`+ actor /u/emil: "Emil", emil@lemmy.example, told at /inbox`,
		}},
		{name: "announce-create", quirk: "the community passes on what somebody else did", learned: []string{
			`+ actor /c/coops: "Co-ops", coops@lemmy.example, told at /inbox`,
		}},
		{name: "create-comment", quirk: "language is an object; tag stands on the Create too; microseconds", learned: []string{
			"+ Create of /comment/9: shown",
			"+ answer /comment/9: by /u/emil to our post, 2025-09-01T10:01:00.794Z, in fr: <p>Très bien</p>",
			"+ answers: 1",
		}},
		{name: "update-comment", quirk: "the same id for the note, another for the Update", learned: []string{
			"+ Update of /comment/9: shown as edited",
			"= answer /comment/9: by /u/emil to our post, 2025-09-01T10:01:00.794Z, edited 2025-09-01T10:30:00Z, in fr: <p>Très, <em>très</em> bien</p>",
		}},
		{name: "like", quirk: "no addressees", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "undo-like", quirk: "audience inside", learned: []string{
			"+ Undo Like of our post: not counted any more",
			"- likes",
		}},
		{name: "dislike", quirk: "Dislike", learned: []string{
			"+ Dislike of our post: no effect",
		}},
		{name: "create-private-message", quirk: "a ChatMessage without tag", learned: []string{
			"+ Create of /private_message/1: not public, not kept",
		}},
		{name: "flag", quirk: "the reason in summary", learned: []string{
			"+ Flag of our post: reported to the operators",
			`+ report by /u/emil: "Advertising" about our post`,
		}},
		{name: "delete-comment", quirk: "the note is only named", learned: []string{
			"+ Delete of /comment/9: forgotten",
			"- answer /comment/9",
			"- answers",
		}},
	}},
	{"Friendica 2026", "friendica", []captured{
		{name: "follow", quirk: "instrument names the program", learned: []string{
			"+ Follow of us: follows",
			`+ actor /profile/fritz: "Fritz :friendica:", fritz@friendica.example, told at /inbox`,
			"+ follower /profile/fritz",
		}},
		{name: "create-reply", quirk: "published years ago, as:Public in to, another text in contentMap, diaspora: members, signature with nonce", learned: []string{
			"+ Create of /objects/4edd2508-4361-edb8: shown",
			"+ answer /objects/4edd2508-4361-edb8: by /profile/fritz to our post, 2010-02-03T04:05:06Z, page /display/4edd2508-4361-edb8, in de: <strong>Sehr</strong> gut<br><blockquote>Zitat</blockquote>",
			"+ answers: 1",
		}},
		{name: "update-reply", quirk: "the same with updated", learned: []string{
			"+ Update of /objects/4edd2508-4361-edb8: shown as edited",
			"= answer /objects/4edd2508-4361-edb8: by /profile/fritz to our post, 2010-02-03T04:05:06Z, edited 2025-09-01T10:07:00Z, page /display/4edd2508-4361-edb8, in de: Gut",
		}},
		{name: "like", quirk: "public by cc, diaspora:like", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "undo-like", quirk: "signed by Linked Data", learned: []string{
			"+ Undo Like of our post: not counted any more",
			"- likes",
		}},
		{name: "dislike", quirk: "Dislike", learned: []string{
			"+ Dislike of our post: no effect",
		}},
		{name: "announce", quirk: "to the author, public by cc", learned: []string{
			"+ Announce of our post: counted",
			"+ boosts: 1",
		}},
		{name: "delete-reply", quirk: "a Tombstone", learned: []string{
			"+ Delete of /objects/4edd2508-4361-edb8: forgotten",
			"- answer /objects/4edd2508-4361-edb8",
			"- answers",
		}},
		{name: "undo-follow", quirk: "the Follow inside has another id than it had", learned: []string{
			"+ Undo Follow of us: follows no more",
			"- follower /profile/fritz",
		}},
	}},
}
