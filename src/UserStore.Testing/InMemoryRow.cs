using UserStore.Modeling;

namespace UserStore.Testing;

/// <summary>Represents a stored user. A row is immutable. A property without a stored attribute is absent, whatever its default.</summary>
internal sealed record InMemoryRow<TUser>(TUser User, IReadOnlyList<MappedProperty> Absent)
    where TUser : User
{
    public object? ValueOf(MappedProperty property) => Absent.Contains(property) ? null : property.GetValue(User);

    public StoredScalar? ScalarOf(MappedProperty property)
        => ValueOf(property) is { } value && property.TryToScalar(value, out StoredScalar scalar) ? scalar : null;

    public bool IsExpired(DateTimeOffset now) => User.ExpiresAt <= now;
}
