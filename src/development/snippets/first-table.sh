npm run new -- table notes
