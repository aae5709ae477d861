namespace UserStore.DocumentationTests;

/// <summary>The files of the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Returns the files with an extension below a folder, without what builds and package clients make.</summary>
    public static IEnumerable<string> FilesBelow(string folder, string extension)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true };
        return Directory.EnumerateFiles(Path.Combine(Root, folder), "*" + extension, options)
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar)
                .Any(part => part is "bin" or "obj" or "artifacts" or "node_modules" or ".git"))
            .Order(StringComparer.Ordinal);
    }

    public static string NameOf(string file) => Path.GetRelativePath(Root, file).Replace(Path.DirectorySeparatorChar, '/');

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "UserStore.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run below the folder of UserStore.sln.");
    }
}
