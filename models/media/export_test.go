package media

// Sandbox runs a program as ffmpeg is run.
var Sandbox = sandbox
