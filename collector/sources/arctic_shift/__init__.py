"""Arctic Shift, a volunteer's archive of Reddit, as a source of subreddits."""
