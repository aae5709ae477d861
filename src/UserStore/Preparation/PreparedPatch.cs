using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>A validated patch, with its values as they are stored and with what the store adds to every write.</summary>
internal sealed record PreparedPatch(
    UserKey Key,
    IReadOnlyList<PatchChange> Changes,
    long? ExpectedVersion,
    UserCondition? Condition,
    DateTimeOffset Now,
    string WriteId)
{
    /// <summary>Gets a value indicating whether the stored version is not a number, so that the patch starts with version 1.</summary>
    public bool ReplacesVersion { get; init; }

    /// <summary>Gets the change of the email, if there is one.</summary>
    public PatchChange? EmailChange => Changes.FirstOrDefault(change => change.Property.Name == nameof(User.Email));

    /// <summary>Returns a user after this patch.</summary>
    /// <param name="user">The user as it is stored.</param>
    /// <param name="isStored">Returns whether the attribute of a property is stored.</param>
    /// <exception cref="InvalidUserException">A sum leaves the range of its property.</exception>
    public TUser ApplyTo<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        TUser user, Func<MappedProperty, bool> isStored)
        where TUser : User
    {
        TUser patched = Revision.Of(user).Next(WriteId).ApplyTo(UserCopier.Copy(user) with { UpdatedAt = Now });
        foreach (PatchChange change in Changes)
        {
            // A removed attribute reads as the default of the property.
            change.Property.SetValue(patched, change.Action == PatchAction.Remove
                ? change.Property.GetValue(Activator.CreateInstance<TUser>())
                : change.Apply(isStored(change.Property) ? change.Property.GetValue(user) : null));
        }

        patched.MarkAsStored();
        return patched;
    }

    /// <summary>Returns the patch that sets the values which this one produces. Sums remain increments: they can have more digits than the
    /// property.</summary>
    public PreparedPatch SettingValuesOf(User patched) => this with
    {
        Changes = [.. Changes.Select(change => change.Action is PatchAction.Remove or PatchAction.Increment
            ? change
            : change with { Action = PatchAction.Set, Value = change.Property.GetValue(patched) })],
    };
}
