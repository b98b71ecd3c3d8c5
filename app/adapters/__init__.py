"""Translation between our data and somebody's wire or library, purely: nothing here sends or stores."""
