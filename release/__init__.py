"""What a deployment takes along: its package, bill of materials and audit; and a version's cut."""
