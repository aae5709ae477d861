using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Identity;
using UserStore.Modeling;

namespace UserStore.AspNetCore.Identity;

/// <summary>Writes users or roles that Identity changes in place, and knows of each what was read.</summary>
/// <param name="store">The store of the users or roles.</param>
/// <param name="protection">Protects personal data while it is stored; null if it is stored as it is.</param>
/// <param name="explain">Returns the errors for what the store refuses; null for a fault.</param>
/// <remarks>An item that cannot be written keeps its changes and its concurrency stamp.</remarks>
internal sealed class IdentityItems<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>(
    IUserStore<TItem> store, PersonalDataProtection? protection, Func<UserStoreException, TItem, IdentityError[]?> explain)
    where TItem : class
{
    // Whatever the prefix of the application is, no property has an attribute with this one.
    private static readonly UserModel Model = UserModel.For<TItem>(new UserStoreOptions { BookkeepingPrefix = "\0" });

    // What is read in one scope can be written in another one.
    private static readonly ConditionalWeakTable<TItem, TItem> Known = [];

    public static IReadOnlyList<MappedProperty> Properties => Model.Properties;

    public IUserStore<TItem> Store => store;

    public static UserKey KeyOf(TItem item) => Model.Key.Of(item);

    /// <summary>Returns the key for an id; null if no item can have it.</summary>
    public static UserKey? FindKey(string? id) => id is not null && Model.Key.FromText(id) is { } key ? Model.Key.FindValid(key) : null;

    /// <summary>Returns the names of the properties that were changed since an item was read; null if it was not read, or has another stamp.</summary>
    public static HashSet<string>? ChangesOf(TItem item)
    {
        if (!Known.TryGetValue(item, out TItem? read) || !Equals(Model.Revision!.GetValue(read), Model.Revision.GetValue(item)))
            return null;
        return [.. Model.Properties.Where(property => !IdentityValue.AreEqual(property.GetValue(read), property.GetValue(item)))
            .Select(property => property.Name)];
    }

    /// <summary>Prepares an item that was read from the store, if there is one, for its use by Identity.</summary>
    [return: NotNullIfNotNull(nameof(item))]
    public TItem? Read(TItem? item)
    {
        if (item is null)
            return null;
        protection?.Unprotect(item);
        Known.AddOrUpdate(item, UserCopier.Copy(item));
        return item;
    }

    /// <summary>Makes an item what the store returned for it.</summary>
    /// <param name="item">The item.</param>
    /// <param name="stored">What is stored.</param>
    /// <param name="except">The properties that keep what the caller has set.</param>
    public void Adopt(TItem item, TItem stored, HashSet<string>? except = null)
    {
        protection?.Unprotect(stored);
        Known.AddOrUpdate(item, UserCopier.Copy(stored));
        foreach (MappedProperty property in Model.Properties.Where(property => except?.Contains(property.Name) != true))
            property.SetValue(item, property.GetValue(stored));
        Model.Revision!.SetValue(item, Model.Revision.GetValue(stored));
    }

    public Task<IdentityResult> CreateAsync(TItem item, CancellationToken cancellationToken)
        => TryAsync(item, async () => Adopt(item, await store.CreateAsync(Protected(item), cancellationToken).ConfigureAwait(false)));

    public Task<IdentityResult> UpdateAsync(TItem item, CancellationToken cancellationToken) => ChangesOf(item) is { Count: 0 }
        ? Task.FromResult(IdentityResult.Success)
        : TryAsync(item, async () => Adopt(item, await store.UpdateAsync(Protected(item), cancellationToken).ConfigureAwait(false)));

    public Task<IdentityResult> UpdateAsync(TItem item, UserPatch<TItem> patch, CancellationToken cancellationToken)
        => TryAsync(item, async () => Adopt(item, await store.UpdateAsync(KeyOf(item), patch, cancellationToken).ConfigureAwait(false)));

    public Task<IdentityResult> DeleteAsync(TItem item, CancellationToken cancellationToken)
        => TryAsync(item, async () =>
        {
            await store.DeleteUnchangedAsync(Protected(item), cancellationToken).ConfigureAwait(false);
            Known.Remove(item); // an update must find that it is deleted
        });

    private TItem Protected(TItem item)
    {
        if (protection is null)
            return item;
        TItem copy = UserCopier.Copy(item);
        protection.Protect(copy);
        return copy;
    }

    private async Task<IdentityResult> TryAsync(TItem item, Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
            return IdentityResult.Success;
        }
        catch (UserStoreException refusal) when (explain(refusal, item) is { } errors)
        {
            return IdentityResult.Failed(errors);
        }
    }
}
