namespace UserStore.DynamoDb.Reservations;

/// <summary>The owner that a reservation names.</summary>
/// <param name="Text">The owner as it is stored.</param>
/// <param name="Key">The key of the owner; null if no user of the type can have it, so that the reservation is not valid.</param>
internal readonly record struct ReservationOwner(string Text, UserKey? Key);
