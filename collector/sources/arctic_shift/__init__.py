"""Arctic Shift, a volunteer's archive of Reddit."""
