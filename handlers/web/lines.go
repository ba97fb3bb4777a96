package web

// houseLines are the lines, as done has them, after what concerns membership
// and the desk.
var houseLines = map[string]string{
	"joined":       "Welcome. You are a member now.",
	"mailed":       "A letter is on its way. It can take a few minutes.",
	"reset":        "The password is changed. You are signed in.",
	"accepted-in":  "They are in, and a letter says so.",
	"refused":      "They were turned down, and a letter says so. Nothing of the application is kept.",
	"decided":      "Recorded. The person is told where a letter was written.",
	"reported":     "The stewards will look at it. Thank you.",
	"noted":        "The other stewards can read it.",
	"assigned":     "It is yours to look into.",
	"resolved":     "Closed.",
	"opened-again": "It is open again.",
	"invited":      "The invitation is made. Its link is below.",
	"called-back":  "The invitation no longer opens anything.",
	"role":         "The role is changed.",
	"lifted":       "They are back.",
	"freed":        "The rule is lifted.",
	"ruled":        "The rule holds from now on.",
	"barred":       "It is barred from now on.",
	"unbarred":     "It is no longer barred.",
	"announced":    "Every member finds it on This week.",
	"withdrawn":    "Taken away.",
	"appealed":     "The stewards will read it and answer.",
	"brought":      "The file is being worked through.",
	"alias":        "The address is one of yours now: that account may move here.",
	"unalias":      "The address is no longer one of yours.",
	"moved":        "Your followers are being sent on.",
	"left":         "Your membership is ended, and what you wrote is being deleted.",
	"unmoved":      "You are back here. Who went along stays where they went.",
}
