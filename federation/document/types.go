package document

// The content types under which the documents are served. Lemmy compares the
// first one letter by letter, so it takes no charset.
const (
	ActivityType  = "application/activity+json" // actors, notes, collections, activities
	WebFingerType = "application/jrd+json"      // RFC 7033, section 10.2
	HostMetaType  = "application/xrd+xml"       // RFC 6415, section 2
	NodeInfoType  = "application/json"
)
