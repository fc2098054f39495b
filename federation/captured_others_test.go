package federation

// fromOthers has those of other programs: for pictures, films, books, groups, blogs, and bridges.
var fromOthers = []software{
	{"Pixelfed 0.12", "pixelfed", []captured{
		{name: "follow", quirk: "a shared inbox at /f/inbox; the first context is not ActivityStreams", learned: []string{
			"+ Follow of us: follows",
			`+ actor /users/gala: "Gala", gala@pixelfed.example, told at /f/inbox, page /gala`,
			"+ follower /users/gala",
		}},
		{name: "create-reply", quirk: "an Image attached, capabilities, location null, tag without a list", learned: []string{
			"+ Create of /p/gala/6001: shown",
			`+ answer /p/gala/6001: by /users/gala to our post, 2025-09-01T10:00:00Z: <a href="us" …>@sange@coops.example</a> Our meeting 📷`,
			"+ answers: 1",
		}},
		{name: "like", quirk: "an id with a fragment", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "undo-like", quirk: "an id with a fragment", learned: []string{
			"+ Undo Like of our post: not counted any more",
			"- likes",
		}},
		{name: "announce", quirk: "hours as +00:00", learned: []string{
			"+ Announce of our post: counted",
			"+ boosts: 1",
		}},
		{name: "delete-actor", quirk: "an actor that says good-bye", learned: []string{
			"- Announce of our post",
			"- Create of /p/gala/6001",
			"- Follow of us",
			"- Like of our post",
			"- Undo Like of our post",
			"- actor /users/gala",
			"- answer /p/gala/6001",
			"- answers",
			"- boosts",
			"- follower /users/gala",
		}},
	}},
	{"PeerTube 7", "peertube", []captured{
		{name: "create-video", quirk: "attributedTo lists the account and the channel as objects, url lists Links with tags of their own, icon is a list", learned: []string{
			"+ Create of /videos/watch/e7946124-7b72-4ad7-9d22-844a84bb2de1: named",
			`+ actor /accounts/hugo: "Hugo", hugo@peertube.example, told at /inbox`,
		}},
		{name: "create-comment", quirk: "Markdown in content", learned: []string{
			"+ Create of /videos/watch/e7946124-7b72-4ad7-9d22-844a84bb2de1/comments/200873: shown",
			"+ answer /videos/watch/e7946124-7b72-4ad7-9d22-844a84bb2de1/comments/200873: by /accounts/hugo to our post, 2025-09-01T10:01:00.548Z, edited 2025-09-01T10:01:00.555Z: <p>@sange@coops.example I &lt;3 this<br><br>Thanks &amp; *greetings*</p>",
			"+ answers: 1",
		}},
		{name: "view", quirk: "View of something else"},
		{name: "flag", quirk: "tag and empty addressees", learned: []string{
			"+ Flag of our post: reported to the operators",
			`+ report by /accounts/hugo: "sells things" about our post`,
		}},
		{name: "delete-comment", quirk: "the note is only named", learned: []string{
			"+ Delete of /videos/watch/e7946124-7b72-4ad7-9d22-844a84bb2de1/comments/200873: forgotten",
			"- answer /videos/watch/e7946124-7b72-4ad7-9d22-844a84bb2de1/comments/200873",
			"- answers",
		}},
	}},
	{"WordPress with ActivityPub 7", "wordpress", []captured{
		{name: "follow", quirk: "ids that are queries of the front page", learned: []string{
			"+ Follow of us: follows",
			`+ actor /?author=1: "Ida Writer", ida@wordpress.example, told at /wp-json/activitypub/1.0/inbox, page /author/ida/`,
			"+ follower /?author=1",
		}},
		{name: "create-article", quirk: "an Article with a name; its summary is an excerpt and no warning", learned: []string{
			"+ Create of /?p=12: shown",
			`+ answer /?p=12: by /?author=1 to our post, 2025-09-01T10:00:00Z, page /2026/09/an-answer/, in en: <p><strong>An answer &amp; more</strong></p><p>What <a href="our post" …>they write</a> is true.</p>`,
			"+ answers: 1",
		}},
		{name: "create-comment", quirk: "inReplyTo is a list", learned: []string{
			"+ Create of /?c=34: shown",
			"+ answer /?c=34: by /?author=1 to our post, 2025-09-01T10:01:00Z, page /2026/09/an-answer/#comment-34: <p>Well said</p>",
			"= answers: 2",
		}},
		{name: "announce-update", quirk: "an Announce of an Update"},
		{name: "quote-request", quirk: "the quoting post is only named", learned: []string{
			"+ QuoteRequest of our post: accepted",
		}},
		{name: "delete-article", quirk: "a Tombstone with formerType", learned: []string{
			"+ Delete of /?p=12: forgotten",
			"- answer /?p=12",
			"= answers: 1",
		}},
	}},
	{"NodeBB 4", "nodebb", []captured{
		{name: "follow", quirk: "sharedInbox beside inbox and not in endpoints; a key called #key", learned: []string{
			"+ Follow of us: follows",
			`+ actor /uid/2: "juri", juri@nodebb.example, told at /inbox, page /user/juri`,
			"+ follower /uid/2",
		}},
		{name: "create-note", quirk: "updated is null; audience is a category", learned: []string{
			"+ Create of /post/41: shown",
			`+ answer /post/41: by /uid/2 to our post, 2025-09-01T10:00:00Z: <p><a href="us" …>@sange@coops.example</a> Yes!</p>`,
			"+ answers: 1",
		}},
		{name: "create-article", quirk: "an Article with preview that opens a topic", learned: []string{
			"+ Create of /post/42: named",
		}},
		{name: "announce-create", quirk: "the category passes on a Create", learned: []string{
			`+ actor /category/1: "Co-ops", coops@nodebb.example, told at /inbox, page /category/1/coops`,
		}},
		{name: "like", quirk: "an id that has ours in it", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "undo-like", quirk: "the same", learned: []string{
			"+ Undo Like of our post: not counted any more",
			"- likes",
		}},
		{name: "flag", quirk: "by a person", learned: []string{
			"+ Flag of our post: reported to the operators",
			`+ report by /uid/2: "off topic" about our post, us`,
		}},
	}},
	{"Hubzilla 10", "hubzilla", []captured{
		{name: "follow", quirk: "the actor and the object stand inside; a key without a fragment; the context is on its own server", learned: []string{
			"+ Follow of us: follows",
			`+ actor /channel/klara: "Klara", klara@hubzilla.example, told at /inbox`,
			"+ follower /channel/klara",
		}},
		{name: "create-reply", quirk: "the actor stands inside, content without paragraphs, an empty Place", learned: []string{
			"+ Create of /item/b69c1864-5562: shown",
			"+ answer /item/b69c1864-5562: by /channel/klara to our post, 2025-09-01T10:00:00Z: Good<br/><br/>and <em>fair</em>",
			"+ answers: 1",
		}},
		{name: "like", quirk: "what is liked stands inside", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "add-to-conversation", quirk: "Add of somebody's Create to a conversation"},
		{name: "undo-follow", quirk: "the Follow's actor stands inside", learned: []string{
			"+ Undo Follow of us: follows no more",
			"- follower /channel/klara",
		}},
	}},
	{"BookWyrm 0.8", "bookwyrm", []captured{
		{name: "follow", quirk: "a key whose page has a slash at its end", learned: []string{
			"+ Follow of us: follows",
			`+ actor /user/lin: "Lin", lin@bookwyrm.example, told at /inbox`,
			"+ follower /user/lin",
		}},
		{name: "create-article", quirk: "a review as an Article, Edition in tag, @context inside", learned: []string{
			"+ Create of /user/lin/review/31: named",
		}},
		{name: "create-review", quirk: "Review, for other BookWyrms"},
		{name: "create-reply", quirk: "a Note among many types of its own; milliseconds and +00:00", learned: []string{
			"+ Create of /user/lin/reply/33: shown",
			"+ answer /user/lin/reply/33: by /user/lin to our post, 2025-09-01T10:00:00.5Z: <p>So do we</p>",
			"+ answers: 1",
		}},
		{name: "like", quirk: "no addressees", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "boost", quirk: "hours as +00:00", learned: []string{
			"+ Announce of our post: counted",
			"+ boosts: 1",
		}},
		{name: "undo-boost", quirk: "@context inside", learned: []string{
			"+ Undo Announce of our post: not counted any more",
			"- boosts",
		}},
		{name: "add-to-shelf", quirk: "Add of a book to a shelf"},
	}},
	{"Owncast 0.2", "owncast", []captured{
		{name: "create-live", quirk: "a Service that tells everybody that it is live; no list anywhere", learned: []string{
			`+ actor /federation/user/mira: "Coop radio", mira@owncast.example, told at /federation/user/mira/inbox`,
		}},
		{name: "update-actor", quirk: "the actor is only named"},
	}},
	{"Funkwhale 2", "funkwhale", []captured{
		{name: "follow", quirk: "url lists Links, of which one is a page", learned: []string{
			"+ Follow of us: follows",
			`+ actor /federation/actors/nico: "nico", nico@funkwhale.example, told at /federation/shared/inbox, page /channels/nico`,
			"+ follower /federation/actors/nico",
		}},
		{name: "create-audio", quirk: "an Audio that is not about us"},
		{name: "listen", quirk: "Listen"},
		{name: "undo-follow", quirk: "@context inside", learned: []string{
			"+ Undo Follow of us: follows no more",
			"- follower /federation/actors/nico",
		}},
	}},
	{"Fedify 2", "fedify", []captured{
		{name: "follow", quirk: "an integrity proof; two keys for proofs, of which one is RSA", learned: []string{
			"+ Follow of us: follows",
			`+ actor /@oda: "Oda", oda@fedify.example, told at /inbox, 2 keys for proofs`,
			"+ follower /@oda",
		}},
		{name: "create-reply", quirk: "an integrity proof, and a signature of Linked Data made after it; as:Public, tag and to without lists", learned: []string{
			"+ Create of /@oda/0191: shown",
			"+ answer /@oda/0191: by /@oda to our post, 2025-09-01T10:00:00.123Z, in de: <p>Zusammen</p>",
			"+ answers: 1",
		}},
	}},
	{"snac 2", "snac", []captured{
		{name: "follow", quirk: "the shared inbox at /shared-inbox", learned: []string{
			"+ Follow of us: follows",
			`+ actor /pia: "Pia", pia@snac.example, told at /shared-inbox`,
			"+ follower /pia",
		}},
		{name: "create-reply", quirk: "summary is empty, @context inside, content without paragraphs", learned: []string{
			"+ Create of /pia/p/1788256800.200000: shown",
			`+ answer /pia/p/1788256800.200000: by /pia to our post, 2025-09-01T10:00:00Z: <a href="us" …>@sange</a> well<br><br>done`,
			"+ answers: 1",
		}},
		{name: "like", quirk: "to and cc are strings", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "announce", quirk: "to is a string", learned: []string{
			"+ Announce of our post: counted",
			"+ boosts: 1",
		}},
		{name: "undo-announce", quirk: "what is undone stands inside", learned: []string{
			"+ Undo Announce of our post: not counted any more",
			"- boosts",
		}},
		{name: "update-actor", quirk: "the whole actor inside", shows: []string{"actor-renamed"}, learned: []string{
			`= actor /pia: "Pia R.", pia@snac.example, told at /shared-inbox`,
		}},
		{name: "ping", quirk: "Ping, without an object"},
		{name: "delete-reply", quirk: "a Tombstone", learned: []string{
			"+ Delete of /pia/p/1788256800.200000: forgotten",
			"- answer /pia/p/1788256800.200000",
			"- answers",
		}},
	}},
	{"tootik 0.20", "tootik", []captured{
		{name: "follow", quirk: "a portable actor (FEP-ef61) with a proof by its did:key, which says nothing about its server", learned: []string{
			"+ Follow of us: follows",
			`+ actor /.well-known/apgateway/did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ1b2gZx5gZxgK/actor: "", quin@tootik.example, told at /inbox/nobody, 1 keys for proofs`,
			"+ follower /.well-known/apgateway/did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ1b2gZx5gZxgK/actor",
		}},
		{name: "create-reply", quirk: "proofs on the Create and on the note", learned: []string{
			"+ Create of /.well-known/apgateway/did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ1b2gZx5gZxgK/actor/post/0198f4: shown",
			"+ answer /.well-known/apgateway/did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ1b2gZx5gZxgK/actor/post/0198f4: by /.well-known/apgateway/did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ1b2gZx5gZxgK/actor to our post, 2025-09-01T10:00:00Z: <p>From Gemini</p>",
			"+ answers: 1",
		}},
	}},
	{"Mobilizon 5", "mobilizon", []captured{
		{name: "follow-by-group", quirk: "a Group follows", learned: []string{
			"+ Follow of us: follows",
			`+ actor /@meetup: "Meetup", meetup@mobilizon.example, told at /inbox`,
			"+ follower /@meetup",
		}},
		{name: "create-event", quirk: "an Event by a person in the name of a group", learned: []string{
			"+ Create of /events/b81c0531-a57c-497d: named",
			`+ actor /@rosa: "Rosa", rosa@mobilizon.example, told at /inbox`,
		}},
		{name: "create-comment", quirk: "the author in actor and attributedTo; language as a string; name is null; nobody is mentioned", learned: []string{
			"+ Create of /comments/77aa: shown",
			"+ answer /comments/77aa: by /@rosa to our post, 2025-09-01T10:01:00Z, in nl: <p>We come</p>",
			"+ answers: 1",
		}},
		{name: "join", quirk: "Join of something else"},
	}},
	{"Bridgy Fed", "bridgy-fed", []captured{
		{name: "follow", quirk: "ids with another address inside; the first url is no web page", learned: []string{
			"+ Follow of us: follows",
			`+ actor /ap/did:plc:abc: "Sol", sol.bsky.example@bridgy-fed.example, told at /ap/sharedInbox, page /r/https://bsky.example/profile/did:plc:abc`,
			"+ follower /ap/did:plc:abc",
		}},
		{name: "create-reply", quirk: "the same; url mixes addresses and Links", learned: []string{
			"+ Create of /convert/ap/at://did:plc:abc/app.bsky.feed.post/3l1: shown",
			"+ answer /convert/ap/at://did:plc:abc/app.bsky.feed.post/3l1: by /ap/did:plc:abc to our post, 2025-09-01T10:00:00Z, page /r/https://bsky.example/profile/did:plc:abc/post/3l1, in en-GB: <p>Nice one</p>",
			"+ answers: 1",
		}},
		{name: "like", quirk: "to Public", learned: []string{
			"+ Like of our post: counted",
			"+ likes: 1",
		}},
		{name: "delete-reply", quirk: "the note is only named", learned: []string{
			"+ Delete of /convert/ap/at://did:plc:abc/app.bsky.feed.post/3l1: forgotten",
			"- answer /convert/ap/at://did:plc:abc/app.bsky.feed.post/3l1",
			"- answers",
		}},
	}},
	{"ActivityPods 2", "activitypods", []captured{
		{name: "follow", quirk: "types and objects in lists, as JSON-LD allows; no shared inbox among the endpoints", learned: []string{
			"+ Follow of us: follows",
			`+ actor /tove: "", tove@activitypods.example, told at /tove/inbox, page /tove/profile`,
			"+ follower /tove",
		}},
		{name: "create-reply", quirk: "the type Note among others, authors and what is answered as objects, Public without a prefix", learned: []string{
			"+ Create of /tove/data/as/note/3: shown",
			"+ answer /tove/data/as/note/3: by /tove to our post, 2025-09-01T10:00:00Z: <p>Hej</p>",
			"+ answers: 1",
		}},
	}},
}
