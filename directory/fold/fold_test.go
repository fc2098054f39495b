package fold

import "testing"

func TestWordsMeet(t *testing.T) {
	for in, want := range map[string]string{
		"Cambá":                "camba",
		"Tierra Común":         "tierra comun",
		"24ème":                "24eme",
		"Łódź":                 "lodz",
		"STRASSE Straße":       "strasse strasse",
		"Ærø, Þórshöfn":        "aero thorshofn",
		"Worker's co-op":       "workers coop",
		"C4 Tech & Design":     "c4 tech design",
		"İstanbul, Diyarbakır": "istanbul diyarbakir",
		"ﬁne Ⅳ":                "fine iv",
		"東京 Київ":              "東京 киів",
		"  ":                   "",
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}
