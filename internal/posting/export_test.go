package posting

// Queue tells whether a command is at work and how many wait to be committed
// together.
func (s *Service) Queue() (working bool, waiting int) { return s.queue.State() }
