"""What a deployment takes along: its package, its bill of materials, and their audit."""
