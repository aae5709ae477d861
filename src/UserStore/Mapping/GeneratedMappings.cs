using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace UserStore.Mapping;

/// <summary>The generated mappings of the process. Generated code registers them when its assembly is loaded.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GeneratedMappings
{
    /// <summary>Registers the mapping of a user type.</summary>
    /// <typeparam name="TUser">The user type.</typeparam>
    /// <param name="mapping">The mapping.</param>
    public static void Register<TUser>(GeneratedMapping<TUser> mapping)
        where TUser : class
        => Of<TUser>.Mapping = mapping;

    /// <summary>Returns the mapping of a user type, or null if none was generated.</summary>
    internal static GeneratedMapping<TUser>? Find<TUser>()
        where TUser : class
    {
        // Nothing of the assembly need have run yet.
        RuntimeHelpers.RunModuleConstructor(typeof(TUser).Module.ModuleHandle);
        return Of<TUser>.Mapping;
    }

    private static class Of<TUser>
        where TUser : class
    {
        public static GeneratedMapping<TUser>? Mapping { get; set; }
    }
}
