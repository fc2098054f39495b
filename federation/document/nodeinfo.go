package document

// nodeInfoVersions are the versions of NodeInfo that we speak, newest first.
var nodeInfoVersions = []string{"2.1", "2.0"}

// NodeInfoLinks tells where NodeInfo is found, at /.well-known/nodeinfo.
func (s Site) NodeInfoLinks() ([]byte, error) {
	type infoLink struct {
		Rel  string `json:"rel"`
		Href string `json:"href"`
	}
	var links struct {
		Links []infoLink `json:"links"`
	}
	for _, v := range nodeInfoVersions {
		links.Links = append(links.Links, infoLink{"http://nodeinfo.diaspora.software/ns/schema/" + v, s.NodeInfoAddress(v)})
	}
	return writeJSON(links)
}

// nodeInfo follows http://nodeinfo.diaspora.software/schema.html. Versions 2.0
// and 2.1 differ in what we do not say.
type nodeInfo struct {
	Version  string `json:"version"`
	Software struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"software"`
	Protocols []string `json:"protocols"`
	Services  struct {
		Inbound  []string `json:"inbound"`
		Outbound []string `json:"outbound"`
	} `json:"services"`
	OpenRegistrations bool `json:"openRegistrations"`
	Usage             struct {
		Users struct {
			Total int `json:"total"`
		} `json:"users"`
		LocalPosts int `json:"localPosts"`
	} `json:"usage"`
	Metadata map[string]string `json:"metadata"`
}

// NodeInfo says what program this is and how much is in it. version is 2.0 or
// 2.1; ok is false for others.
func (s Site) NodeInfo(version string, coops, posts int) (document []byte, ok bool) {
	for _, v := range nodeInfoVersions {
		if v == version {
			return s.nodeInfo(v, coops, posts), true
		}
	}
	return nil, false
}

func (s Site) nodeInfo(version string, coops, posts int) []byte {
	info := nodeInfo{Version: version, Protocols: []string{"activitypub"}}
	info.Software.Name, info.Software.Version = "coopverse", s.Version
	info.Services.Inbound, info.Services.Outbound = []string{}, []string{}
	info.Usage.Users.Total, info.Usage.LocalPosts = coops, posts
	info.Metadata = map[string]string{
		"nodeName":        s.Name,
		"nodeDescription": "A directory of technology co-ops that belong to the people who work in them.",
		"contact":         s.Contact,
	}
	b, err := writeJSON(info)
	if err != nil {
		panic(err) // text and numbers always encode
	}
	return b
}
