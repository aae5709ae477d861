using System.Linq.Expressions;
using System.Text.Json;
using UserStore;

namespace UserService.Users;

/// <summary>A field of a user that a request may set.</summary>
internal abstract record Field(string Name, string Rule)
{
    public bool IsRequired { get; init; }

    /// <summary>Gets a value indicating whether a patch can change the field.</summary>
    public virtual bool CanChange => true;

    /// <summary>Gets a value indicating whether null in a patch removes the field.</summary>
    public bool CanRemove { get; init; }

    /// <returns>The user with the field; null if the value violates the rule.</returns>
    public abstract User? Set(User user, JsonElement value);

    /// <returns>The patch with the field; null if the value violates the rule.</returns>
    public abstract UserPatch<User>? Set(UserPatch<User> patch, JsonElement value);

    public abstract User Remove(User user);

    public abstract UserPatch<User> Remove(UserPatch<User> patch);
}

/// <param name="Name">The name in JSON.</param>
/// <param name="Rule">The values that are allowed, as the end of a sentence.</param>
/// <param name="Read">Reads a value; null if it violates the rule.</param>
/// <param name="SetIn">Sets the field in a user; null removes it.</param>
/// <param name="Property">The property that a patch changes; null if a patch cannot change the field.</param>
internal sealed record Field<T>(
    string Name, string Rule, Func<JsonElement, T?> Read, Func<User, T?, User> SetIn, Expression<Func<User, T?>>? Property)
    : Field(Name, Rule)
{
    public override bool CanChange => Property is not null;

    public override User? Set(User user, JsonElement value) => Read(value) is { } read ? SetIn(user, read) : null;

    public override UserPatch<User>? Set(UserPatch<User> patch, JsonElement value) => Read(value) is { } read ? patch.Set(Property!, read) : null;

    public override User Remove(User user) => SetIn(user, default);

    public override UserPatch<User> Remove(UserPatch<User> patch) => patch.Remove(Property!);
}
