using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Identity;
using UserStore.Modeling;

namespace UserStore.AspNetCore.Identity;

/// <summary>Writes users or roles that Identity changes in place, and knows of each what was read.</summary>
/// <remarks>An item that cannot be written keeps its changes and its concurrency stamp.</remarks>
internal sealed class IdentityItems<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TItem>(
    IUserStore<TItem> store, Func<UserStoreException, TItem, IdentityError[]?> explain)
    where TItem : class
{
    private static readonly UserModel Model = UserModel.For<TItem>(new UserStoreOptions());

    // What is read in one scope can be written in another one.
    private static readonly ConditionalWeakTable<TItem, TItem> Known = [];

    public IUserStore<TItem> Store => store;

    /// <summary>Records that an item is as it is stored.</summary>
    [return: NotNullIfNotNull(nameof(item))]
    public static TItem? Attach(TItem? item)
    {
        if (item is not null)
            Known.AddOrUpdate(item, UserCopier.Copy(item));
        return item;
    }

    /// <summary>Returns the names of the properties that were changed since an item was read; null if it was not.</summary>
    public static HashSet<string>? ChangesOf(TItem item)
    {
        if (!Known.TryGetValue(item, out TItem? read) || !Equals(Model.Revision?.GetValue(read), Model.Revision?.GetValue(item)))
            return null;
        return [.. Model.Properties.Where(property => !IdentityValue.AreEqual(property.GetValue(read), property.GetValue(item)))
            .Select(property => property.Name)];
    }

    public static UserKey KeyOf(TItem item) => Model.Key.Of(item);

    public static UserKey? FindKey(string? id)
        => id is not null && Model.Key.FromText(id) is { } key ? Model.Key.FindValid(key) : null;

    public Task<IdentityResult> CreateAsync(TItem item, CancellationToken cancellationToken)
        => TryAsync(item, async () => Adopt(item, await store.CreateAsync(item, cancellationToken).ConfigureAwait(false)));

    public Task<IdentityResult> UpdateAsync(TItem item, CancellationToken cancellationToken) => ChangesOf(item) is { Count: 0 }
        ? Task.FromResult(IdentityResult.Success)
        : TryAsync(item, async () => Adopt(item, await store.UpdateAsync(item, cancellationToken).ConfigureAwait(false)));

    public Task<IdentityResult> UpdateAsync(TItem item, UserPatch<TItem> patch, CancellationToken cancellationToken)
        => TryAsync(item, async () => Adopt(item, await store.UpdateAsync(KeyOf(item), patch, cancellationToken).ConfigureAwait(false)));

    public Task<IdentityResult> DeleteAsync(TItem item, CancellationToken cancellationToken)
        => TryAsync(item, () => store.DeleteUnchangedAsync(item, cancellationToken));

    /// <summary>Makes an item what is stored.</summary>
    public static void Adopt(TItem item, TItem stored)
    {
        foreach (MappedProperty property in Model.Properties)
            property.SetValue(item, property.GetValue(stored));
        Model.Revision!.SetValue(item, Model.Revision.GetValue(stored));
        Attach(item);
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
