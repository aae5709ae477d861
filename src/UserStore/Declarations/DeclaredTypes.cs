using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace UserStore.Declarations;

/// <summary>The declarations of the process. Generated code registers them when its assembly is loaded.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class DeclaredTypes
{
    /// <summary>Registers the declaration of a user type.</summary>
    /// <typeparam name="TUser">The user type.</typeparam>
    /// <param name="declare">Returns the declaration.</param>
    public static void Register<TUser>(Func<DeclaredType> declare)
        where TUser : class
        => Of<TUser>.Declare = declare;

    /// <summary>Returns the declaration of a user type, or null if none was generated.</summary>
    internal static DeclaredType? Find<TUser>()
        where TUser : class
    {
        // Nothing of the assembly need have run yet.
        RuntimeHelpers.RunModuleConstructor(typeof(TUser).Module.ModuleHandle);
        return Of<TUser>.Declare?.Invoke();
    }

    private static class Of<TUser>
        where TUser : class
    {
        public static Func<DeclaredType>? Declare { get; set; }
    }
}
