package posting

// Came is how many commands ever came to wait to be committed together.
func (s *Service) Came() int { return s.queue.Came() }
