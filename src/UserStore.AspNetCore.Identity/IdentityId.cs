using System.Globalization;

namespace UserStore.AspNetCore.Identity;

/// <summary>Ids of users and roles: strings and Guids.</summary>
internal static class IdentityId
{
    /// <summary>Sets an id where there is none. It is known before the first request, so that the user can be found if no response arrives.</summary>
    public static void Ensure<TKey>(TKey? id, Action<TKey> set)
    {
        if (id is Guid guid && guid == Guid.Empty)
            set((TKey)(object)Guid.CreateVersion7());
        else if (id is null or "" && typeof(TKey) == typeof(string))
            set((TKey)(object)Guid.CreateVersion7().ToString());
    }

    public static string ToText<TKey>(TKey? id) => Convert.ToString(id, CultureInfo.InvariantCulture) ?? "";
}
